import type { AreaPlan, PlanSeat } from '../../api/types';
import { freeIn, seatRows, type SeatRow } from '../../logic/seat-list';
import type { SeatState } from '../../logic/seat-states';
import { listWords, seatWords } from '../../words/booking';

interface Held {
  rows: SeatRow[];
  states: Map<string, SeatState>;
  /** Whether a redraw waits: changes come in bursts, and setData costs by the call. */
  waiting: boolean;
  /** Whether the reader or a choice opened or closed a row; until then the first row with a free seat is open. */
  touched: boolean;
}

const held = new WeakMap<object, Held>();

const REDRAW_MS = 300;

function holdingOf(instance: object): Held {
  const known = held.get(instance) ?? { rows: [], states: new Map(), waiting: false, touched: false };
  held.set(instance, known);
  return known;
}

function lineOf(row: SeatRow, states: Map<string, SeatState>) {
  const free = freeIn(row, states);
  return { key: row.key, name: listWords.row(row.first, row.last), free, freeText: listWords.free(free) };
}

function seatOf(seat: PlanSeat, state: SeatState) {
  return {
    id: seat.id,
    label: seat.label,
    state,
    stateName: seatWords.states[state],
    facts: seat.features.map((feature) => seatWords.features[feature]).join('、'),
  };
}

/** The seats as words, row by row, for whom a map is no help; it tells of a touched seat by `seat` {id}. */
Component({
  data: {
    words: listWords,
    rows: [] as ReturnType<typeof lineOf>[],
    openKey: '',
    seats: [] as ReturnType<typeof seatOf>[],
    onlyFree: false,
    chosenId: '',
  },
  methods: {
    show(plan: AreaPlan, states: Map<string, SeatState>) {
      const holding = holdingOf(this);
      holding.rows = seatRows(plan.seats);
      holding.states = states;
      this.redraw();
    },

    update(states: Map<string, SeatState>) {
      const holding = holdingOf(this);
      holding.states = states;
      if (holding.waiting) return;
      holding.waiting = true;
      setTimeout(() => {
        holding.waiting = false;
        this.redraw();
      }, REDRAW_MS);
    },

    choose(seatId: string | null) {
      const holding = holdingOf(this);
      const row = holding.rows.find(({ seats }) => seats.some(({ id }) => id === seatId));
      holding.touched ||= Boolean(row);
      this.setData({ chosenId: seatId ?? '', openKey: row?.key ?? this.data.openKey });
      this.redraw();
    },

    redraw() {
      const { rows, states, touched } = holdingOf(this);
      const { onlyFree } = this.data;
      const first = this.data.openKey || touched ? null : rows.find((row) => freeIn(row, states));
      const openKey = first ? first.key : this.data.openKey;
      const open = rows.find(({ key }) => key === openKey);
      const seats = (open?.seats ?? []).map((seat) => seatOf(seat, states.get(seat.id) ?? 'taken'));
      this.setData({
        openKey,
        rows: rows.map((row) => lineOf(row, states)).filter(({ free }) => !onlyFree || free > 0),
        seats: seats.filter(({ state }) => !onlyFree || state === 'free'),
      });
    },

    onRow(event: WechatMiniprogram.BaseEvent<object, { key: string }>) {
      const { key } = event.currentTarget.dataset;
      holdingOf(this).touched = true;
      this.setData({ openKey: key === this.data.openKey ? '' : key });
      this.redraw();
    },

    onOnlyFree() {
      this.setData({ onlyFree: !this.data.onlyFree });
      this.redraw();
    },

    onSeat(event: WechatMiniprogram.BaseEvent<object, { id: string }>) {
      this.triggerEvent('seat', { id: event.currentTarget.dataset.id });
    },
  },
});
