import { ask } from '../api/ask';
import { noteLine } from '../api/desk-watch';
import { dutyNow, goOnDuty } from '../api/duty';
import type { DeskLine } from '../api/types';
import { common } from '../words/common';
import { deskWords } from '../words/desk';

function wantsDuty(): Promise<boolean> {
  return new Promise((resolve) => {
    wx.showModal({
      title: deskWords.notOnDuty,
      confirmText: deskWords.goOnDuty,
      cancelText: common.cancel,
      success: ({ confirm }) => resolve(confirm),
      fail: () => resolve(false),
    });
  });
}

/**
 * Takes a conversation, going on duty first when the librarian agrees to it. Raises ApiError, whose sentence says
 * who was first; false when nothing was done.
 */
export async function claim(conversationId: string): Promise<boolean> {
  if (dutyNow() === 'off') {
    if (!(await wantsDuty())) return false;
    await goOnDuty();
  }
  noteLine(await ask<DeskLine>('desk_claim', { conversation_id: conversationId }));
  return true;
}
