import {
  clock,
  dateAfter,
  earliestStart,
  ends,
  fitted,
  quickChoices,
  starts,
  type OpenDay,
  type Span,
  type StayRules,
  type Wish,
} from '../../logic/span';
import { weekdayOf } from '../../logic/time';
import { spanWords } from '../../words/booking';
import { timeWords } from '../../words/time';

interface Choosable {
  days: OpenDay[];
  rules: StayRules | null;
  /** The library's clock: nothing before it is offered. */
  now: { date: string; minutes: number } | null;
  span: Span | null;
}

function earliestOn(date: string, { now, rules }: Choosable): number {
  return now && rules && date === now.date ? earliestStart(now.minutes, rules.step_minutes) : 0;
}

function dayOf({ days }: Choosable, date: string): OpenDay {
  return days.find((day) => day.date === date) ?? { date, open: [] };
}

/** Short enough for a chip: 今天, 明天, else the weekday. */
function nameOf(date: string, today: string | undefined): string {
  if (date === today) return timeWords.today;
  return today && date === dateAfter(today, 1) ? timeWords.tomorrow : weekdayOf(date);
}

function chipsOf(given: Choosable, date: string) {
  return given.days.map((day) => ({
    date: day.date,
    name: nameOf(day.date, given.now?.date),
    short: day.date.slice(5).split('-').map(Number).join('/'),
    chosen: day.date === date,
    closed: !given.rules || !starts(day.open, given.rules, earliestOn(day.date, given)).length,
  }));
}

function shownOf(given: Choosable, span: Span, rules: StayRules) {
  const day = dayOf(given, span.date);
  const earliest = earliestOn(span.date, given);
  const from = starts(day.open, rules, earliest);
  const until = ends(day.open, rules, span.from);
  return {
    dayChips: chipsOf(given, span.date),
    from: clock(span.from),
    until: clock(span.until),
    fromTimes: from.map(clock),
    fromIndex: from.indexOf(span.from),
    untilTimes: until.map(clock),
    untilIndex: until.indexOf(span.until),
    length: spanWords.length(span.until - span.from),
    quick: quickChoices(day, rules, earliest, span.date === given.now?.date).map((choice) => ({
      ...choice,
      name: spanWords.quick[choice.key],
      hours: `${clock(choice.from)}–${clock(choice.until)}`,
      chosen: choice.from === span.from && choice.until === span.until,
    })),
  };
}

/** A day and the hours on it, within what `days` and `rules` allow; a new choice is told by `span` (Span). */
Component({
  properties: {
    days: { type: Array, value: [] as OpenDay[] },
    rules: { type: Object, value: null as unknown as StayRules },
    now: { type: Object, value: null as unknown as { date: string; minutes: number } },
    span: { type: Object, value: null as unknown as Span },
  },
  data: {
    words: spanWords,
    dayChips: [] as ReturnType<typeof chipsOf>,
    shownDay: '',
    from: '',
    until: '',
    fromTimes: [] as string[],
    fromIndex: 0,
    untilTimes: [] as string[],
    untilIndex: 0,
    length: '',
    quick: [] as ReturnType<typeof shownOf>['quick'],
  },
  observers: {
    'days, rules, now, span'() {
      const given = this.given();
      if (!given.rules || !given.span) return;
      const shownDay = this.data.shownDay || `day-${given.span.date}`;
      this.setData({ ...shownOf(given, given.span, given.rules), shownDay });
    },
  },
  methods: {
    given(): Choosable {
      const { days, rules, now, span } = this.data;
      return { days: days as OpenDay[], rules, now, span };
    },

    offer(date: string, wish: Wish) {
      const given = this.given();
      if (!given.rules) return;
      const span = fitted(wish, dayOf(given, date), given.rules, earliestOn(date, given));
      if (span) this.triggerEvent('span', span);
    },

    onDay(event: WechatMiniprogram.BaseEvent<object, { date: string }>) {
      const { span } = this.given();
      if (span) this.offer(event.currentTarget.dataset.date, span);
    },

    onFrom(event: WechatMiniprogram.CustomEvent<{ value: string }>) {
      const given = this.given();
      if (!given.rules || !given.span) return;
      const { date, from, until } = given.span;
      const chosen = starts(dayOf(given, date).open, given.rules, earliestOn(date, given))[
        Number(event.detail.value)
      ];
      if (chosen === undefined) return;
      // An end that is still ahead stays; else the stay keeps its length.
      this.offer(date, { from: chosen, until: until > chosen ? until : chosen + until - from });
    },

    onUntil(event: WechatMiniprogram.CustomEvent<{ value: string }>) {
      const given = this.given();
      if (!given.rules || !given.span) return;
      const { date, from } = given.span;
      const until = ends(dayOf(given, date).open, given.rules, from)[Number(event.detail.value)];
      if (until !== undefined) this.triggerEvent('span', { date, from, until });
    },

    onQuick(event: WechatMiniprogram.BaseEvent<object, { from: number; until: number }>) {
      const { span } = this.given();
      if (span) this.offer(span.date, event.currentTarget.dataset);
    },
  },
});
