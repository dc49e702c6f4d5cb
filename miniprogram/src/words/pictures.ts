import type { PictureState } from '../api/types';

/** Choosing pictures and seeing how far they are. */
export const pickerWords = {
  title: '图片',
  why: '最多 3 张，比如坏掉的插座。检查过以后馆员才看得到。',
  add: '选图片',
  again: '重试',
  remove: '去掉这张图片',
  picture: '选好的图片',
  notAllowed: '微信没有让选图片。可以在手机的设置里允许，再回来选。',
  tooLarge: '这张图片超过 10 MB，请换一张小一点的。',
  noFile: '找不到这张图片了，请重新选一张。',
  removed: '这张图片没有通过检查，请换一张。',
  wait: '图片还在传，传完再发。',
  failed: '有图片没有传上。重试一下，或者先去掉它。',
};

export const pickerSay = {
  sending: (percent: number) => `${percent}%`,
};

/** Pictures where somebody looks at them; '' needs no word. */
export const pictureStates: Record<PictureState, { author: string; staff: string }> = {
  checking: { author: '检查中', staff: '正在检查' },
  shown: { author: '', staff: '' },
  held: { author: '等馆员看', staff: '微信拿不准，点开看' },
  removed: { author: '没有通过检查', staff: '没有通过检查' },
};

export const pictureWords = {
  open: '看大图',
};
