import { isAudible, setAudible } from '../../../api/desk-bell';
import { dutyNow, endDuty, goOnDuty, onDuty } from '../../../api/duty';
import { tellFailure } from '../../../api/failure';
import { me } from '../../../api/session';
import type { OnDuty } from '../../../api/types';
import type { Duty } from '../../../logic/duty';
import { deskSay, deskWords, dutyWords } from '../../../words/desk';

const unfollow = new WeakMap<object, () => void>();

const titles = { off: dutyWords.off, on: dutyWords.on, idle: dutyWords.idle, lost: dutyWords.lost };

/** What being on duty means now: for the readers, and who else is here. */
function factsOf(duty: Duty, librarians: OnDuty[]): string {
  if (duty === 'idle') return dutyWords.idleFacts;
  if (duty === 'lost') return dutyWords.lostFacts;
  const others = librarians.filter(({ id }) => id !== me().id).map(({ name }) => name ?? deskWords.colleague);
  if (duty === 'on') return others.length ? deskSay.together(others) : dutyWords.alone;
  if (others.length < librarians.length) return dutyWords.elsewhere;
  return others.length ? `${dutyWords.offFacts}${deskSay.onDuty(others)}。` : dutyWords.offFacts;
}

/** Whether this librarian is on duty, said plainly, with the way to change it; and whether the desk may be heard. */
Component({
  properties: {
    librarians: { type: Array, value: [] as OnDuty[] },
    /** How many readers one has: they return to the queue when duty ends. */
    having: { type: Number, value: 0 },
  },
  data: {
    w: dutyWords,
    sounds: [deskWords.soundOff, deskWords.soundOn],
    duty: 'off' as Duty,
    title: titles.off,
    facts: '',
    audible: true,
    busy: false,
  },
  observers: {
    librarians() {
      this.show();
    },
  },
  lifetimes: {
    attached() {
      this.setData({ audible: isAudible() });
      unfollow.set(
        this,
        onDuty(() => this.show()),
      );
      this.show();
    },
    detached() {
      unfollow.get(this)?.();
    },
  },
  methods: {
    show() {
      const duty = dutyNow();
      this.setData({ duty, title: titles[duty], facts: factsOf(duty, this.data.librarians as OnDuty[]) });
    },

    async change() {
      if (this.data.busy) return;
      const ends = this.data.duty !== 'off';
      if (ends && this.data.having > 0 && !(await this.sure())) return;
      this.setData({ busy: true });
      try {
        await (ends ? endDuty() : goOnDuty());
      } catch (error) {
        tellFailure(error);
      } finally {
        this.setData({ busy: false });
      }
    },

    sure(): Promise<boolean> {
      const { title, content, confirmText } = deskSay.endDuty(this.data.having);
      return new Promise((resolve) => {
        wx.showModal({
          title,
          content,
          confirmText,
          success: ({ confirm }) => resolve(confirm),
          fail: () => resolve(false),
        });
      });
    },

    turnSound() {
      setAudible(!this.data.audible);
      this.setData({ audible: isAudible() });
    },
  },
});
