import { answerPrivacy, onPrivacyAsked } from '../../api/privacy';
import { privacyWords } from '../../words/privacy';

const AGREE = 'agree-privacy';

const unfollow = new WeakMap<object, () => void>();

/** Asks for agreement to the privacy guide when WeChat wants it, on a page that uses what is private. */
Component({
  data: { w: privacyWords, agreeId: AGREE, open: false, guide: privacyWords.guide },
  lifetimes: {
    detached() {
      unfollow.get(this)?.();
      if (this.data.open) answerPrivacy(null);
    },
  },
  pageLifetimes: {
    show() {
      unfollow.get(this)?.();
      unfollow.set(
        this,
        onPrivacyAsked(() => this.ask()),
      );
    },
    hide() {
      unfollow.get(this)?.();
    },
  },
  methods: {
    ask() {
      this.setData({ open: true });
      wx.getPrivacySetting({
        success: ({ privacyContractName }) =>
          this.setData({ guide: privacyContractName || privacyWords.guide }),
      });
    },
    read() {
      wx.openPrivacyContract({});
    },
    agree() {
      this.setData({ open: false });
      answerPrivacy(AGREE);
    },
    refuse() {
      if (!this.data.open) return;
      this.setData({ open: false });
      answerPrivacy(null);
    },
  },
});
