export const homeWords = {
  seatsFree: '个座位空着',
  book: '约一个座位',
  bookLater: '约之后的座位',
  search: '想问什么？搜一搜',
  next: '您的下一个预约',
  announcement: '馆里的通知',
  branches: '各馆现在',
};

/** Sentences of the home page that need a value. */
export const homeSay = {
  openUntil: (time: string) => `开放到 ${time}`,
  opensAt: (time: string) => `${time} 开门`,
  closedForNow: '暂不开放',
  allSeats: (seats: number) => `共 ${seats} 个座位`,
  freeOf: (free: number, seats: number) => `空 ${free} / ${seats}`,
  updated: (time: string) => `${time} 更新`,
};
