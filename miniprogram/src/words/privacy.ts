export const privacyWords = {
  title: '先请您看看隐私保护指引',
  why: '这一步要用到您手机里的信息（称呼、手机号或剪贴板）。指引里写明了我们用它做什么、存多久。不同意也可以接着用别的功能。',
  guide: '《隐私保护指引》',
  agree: '同意',
  refuse: '不同意',
};
