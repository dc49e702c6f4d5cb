import { deskCount, isNews, type DeskLists } from '../logic/desk-queue';
import { showDeskCount } from './badge';
import { followDesk } from './desk-watch';
import { dutyNow, onDuty } from './duty';

const SILENT = 'desk_silent';
const NEWS = '/assets/sounds/news.wav';

let looksAt: string | null = null;
let before: DeskLists | null = null;
let unfollow: (() => void) | null = null;
let sound: WechatMiniprogram.InnerAudioContext | null = null;

/** Whether the desk may be heard on this phone. */
export function isAudible(): boolean {
  return !wx.getStorageSync(SILENT);
}

export function setAudible(audible: boolean): void {
  if (audible) wx.removeStorageSync(SILENT);
  else wx.setStorageSync(SILENT, true);
}

/** The conversation that the librarian has before their eyes; words in it need no sound. */
export function lookAt(conversationId: string | null): void {
  looksAt = conversationId;
}

function ring(): void {
  if (!isAudible()) return;
  sound ??= wx.createInnerAudioContext();
  sound.src = NEWS;
  sound.play();
}

function follow(): void {
  unfollow ??= followDesk(({ lists }) => {
    if (before && isNews(before, lists, looksAt)) ring();
    before = lists;
    showDeskCount(deskCount(lists));
  });
}

function rest(): void {
  unfollow?.();
  unfollow = null;
  before = null;
  showDeskCount(0);
}

/** For the app: while a librarian is on duty, on whichever page, the desk is followed, counted and heard. */
export function startDeskBell(): void {
  onDuty((duty) => (duty === 'off' ? rest() : follow()));
  if (dutyNow() !== 'off') follow();
}
