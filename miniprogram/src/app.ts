import { showUnread } from './api/badge';
import { outbox } from './api/chat-outbox';
import { startDeskBell } from './api/desk-bell';
import { goOnWithDuty } from './api/duty';
import { told } from './api/feedback-outbox';
import { followNetwork, onOnline } from './api/network';
import { presenceHidden, presenceShown } from './api/presence';
import { followPrivacy } from './api/privacy';
import { leave, onIdentity, onMe, refreshMe, setChatUnread, setUnread } from './api/session';
import { live } from './api/socket';
import { applyUpdate, followUpdates, onUpdate, updateIsDemanded } from './api/update';
import { updateSay } from './words/update';

function offerUpdate(): void {
  wx.showModal({
    ...updateSay.ready,
    success: ({ confirm }) => {
      if (confirm) applyUpdate();
    },
  });
}

App({
  onLaunch() {
    followNetwork();
    followUpdates();
    followPrivacy();
    onUpdate((update) => {
      if (update === 'ready' && !updateIsDemanded()) offerUpdate();
    });
    onMe(showUnread);
    onIdentity(live.restart);
    onOnline((online) => {
      if (online && !live.connected()) live.retry();
    });
    live.on<{ unread: number }>('inbox_changed', ({ unread }) => setUnread(unread));
    live.on<{ unread: number }>('chat_unread', ({ unread }) => setChatUnread(unread));
    live.onConnection((connected) => {
      if (connected) refreshMe().catch(() => undefined);
    });
    live.on('session_ended', leave);
    live.start();
    outbox.start();
    told.start();
    // A failure shows on the page that is open, which asks for itself.
    refreshMe().then(goOnWithDuty, () => undefined);
    startDeskBell();
  },
  onShow() {
    live.shown();
    presenceShown();
  },
  onHide() {
    live.hidden();
    presenceHidden();
  },
});
