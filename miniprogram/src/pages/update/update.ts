import { live } from '../../api/socket';
import { applyUpdate, onUpdate, updateNow, type Update } from '../../api/update';
import { look } from '../../look';
import { updateSay, updateWords } from '../../words/update';

function shown(update: Update) {
  const ready = update === 'ready';
  return { ready, hint: updateSay.hints[update], action: ready ? updateWords.update : updateWords.again };
}

Page({
  data: { ...look(), w: updateWords, ...shown('waiting') },
  off: () => {},

  onLoad() {
    this.off = onUpdate((update) => this.setData(shown(update)));
    this.setData(shown(updateNow()));
  },

  onUnload() {
    this.off();
  },

  /** Without a newer version at hand: perhaps the server talks to this one by now. */
  act() {
    if (this.data.ready) return applyUpdate();
    live.retry();
    void wx.switchTab({ url: '/pages/home/home' });
  },
});
