import { serverNow } from '../../../api/clock';
import { request } from '../../../api/request';
import type { DutyToday, Shift } from '../../../api/types';
import { when } from '../../../logic/time';
import { dutyDaySay, dutyDayWords, rosterWords } from '../../../words/roster';

const AGAIN_MS = 60_000;
const OWN_SHOWN = 3;

const timers = new WeakMap<object, ReturnType<typeof setInterval>>();

const nameOf = ({ person }: Shift) => person?.name ?? rosterWords.unnamed;

/** Who is on duty by the roster, who is next, and one's own next turns; nothing without a roster. */
Component({
  data: { w: dutyDayWords, now: '', next: '', mine: [] as string[], there: false },
  lifetimes: {
    attached() {
      timers.set(
        this,
        setInterval(() => void this.load(), AGAIN_MS),
      );
      void this.load();
    },
    detached() {
      const timer = timers.get(this);
      if (timer) clearInterval(timer);
    },
  },
  pageLifetimes: {
    show() {
      void this.load();
    },
  },
  methods: {
    /** Without an answer what was known stays. */
    async load() {
      const duty = await request<DutyToday>('GET', '/api/duty').catch(() => null);
      if (!duty) return;
      const now = serverNow();
      const { next } = duty;
      const own = ({ department, ...shift }: Shift) =>
        department ? dutyDaySay.of(when(shift, now), department.name) : when(shift, now);
      this.setData({
        there: duty.now.length > 0 || next !== null,
        now: duty.now.map(nameOf).join('、'),
        next: next ? dutyDaySay.shift(when(next, now), nameOf(next)) : '',
        mine: duty.mine.slice(0, OWN_SHOWN).map(own),
      });
    },
  },
});
