import type { BookingState } from '../api/types';

type Tone = 'quiet' | 'river' | 'seal' | 'ochre' | 'moss';

/** Each state as one word, and the two characters that its seal bears ('' for none). */
export const bookingStates: Record<BookingState, { word: string; tone: Tone; seal: string }> = {
  booked: { word: '已约', tone: 'seal', seal: '已约' },
  checked_in: { word: '已签到', tone: 'moss', seal: '在座' },
  cancelled: { word: '已取消', tone: 'quiet', seal: '' },
  lapsed: { word: '未签到', tone: 'ochre', seal: '' },
  finished: { word: '已结束', tone: 'quiet', seal: '' },
};

/** What the reader does next, or what became of the booking. */
export const nextStep = {
  checkInNow: (until: string) => `现在签到：${until} 前扫座位上的码`,
  checkInLater: (from: string, until: string) => `${from}–${until} 之间签到`,
  seated: (until: string) => `座位为您留到 ${until}`,
  lapsed: '没有按时签到，座位已经让出',
  lapsedAt: (at: string) => `到 ${at} 没有签到，座位已经让出`,
};
