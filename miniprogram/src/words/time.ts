export const timeWords = {
  yesterday: '昨天',
  today: '今天',
  tomorrow: '明天',
  weekdays: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  date: (month: number, day: number) => `${month}月${day}日`,
  dateOfYear: (year: number, month: number, day: number) => `${year}年${month}月${day}日`,
};
