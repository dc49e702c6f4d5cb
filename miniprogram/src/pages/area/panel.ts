import { failureOf, type Failure } from '../../api/failure';
import { ApiError } from '../../api/request';
import type { AreaPlan, PlanSeat } from '../../api/types';
import { nearestFree, type SeatOffer } from '../../logic/seat-offer';
import type { SeatState } from '../../logic/seat-states';
import { clock, type Span } from '../../logic/span';
import { panelWords, seatWords } from '../../words/booking';

export interface Refusal {
  kind: 'refused';
  failure: Failure;
  /** The free seat to take instead. */
  near: PlanSeat | null;
  /** The page of the reader's own booking, or bookings, in the way. */
  mine: string | null;
  /** Whether a card of the library is what is missing. */
  card: boolean;
  /** Whether the same wish may succeed in a moment. */
  passing: boolean;
}

/** Where a wish for the chosen seat stands. Only the server's word ends `asking` and `unknown`. */
export type Standing = { kind: 'none' } | { kind: 'asking' } | { kind: 'unknown' } | Refusal;

export type PanelAction = 'book' | 'near' | 'later' | 'mine' | 'card' | 'again';

/** What the panel of the chosen seat shows; one action at most. */
export interface Panel {
  label: string;
  facts: string;
  state: SeatState;
  stateName: string;
  look: 'plain' | 'unknown' | 'refused';
  title: string;
  text: string;
  requestId: string;
  action: PanelAction | '';
  actionText: string;
  consequence: string;
  busy: boolean;
}

interface Said {
  text?: string;
  action?: PanelAction;
  actionText?: string;
  consequence?: string;
}

export function panelOf(
  seat: PlanSeat,
  state: SeatState,
  offer: SeatOffer,
  span: Span,
  standing: Standing,
): Panel {
  const base: Panel = {
    label: seat.label,
    facts: seat.features.map((feature) => seatWords.features[feature]).join('、'),
    state,
    stateName: seatWords.states[state],
    look: 'plain',
    title: '',
    text: '',
    requestId: '',
    action: '',
    actionText: '',
    consequence: '',
    busy: standing.kind === 'asking',
  };
  if (standing.kind === 'unknown') {
    const title = panelWords.confirming(seat.label);
    return {
      ...base,
      look: 'unknown',
      // What the map says of the seat is no answer to whether it is ours.
      stateName: '',
      title,
      text: panelWords.confirmingHint,
      action: 'again',
      actionText: panelWords.again,
    };
  }
  if (standing.kind === 'refused') {
    const { failure, near, mine, card, passing } = standing;
    const toCard: Said = card ? { action: 'card', actionText: panelWords.cardOpen } : {};
    const toMine: Said = mine ? { action: 'mine', actionText: panelWords.mineOpen } : toCard;
    // What stood in the way by itself goes by itself: the same wish can be sent again from here.
    const way: Said = near ? toNear(near) : passing ? saidOf(seat, offer, span) : toMine;
    const text = failure.text.replace(panelWords.failedBefore, '');
    return { ...base, ...way, look: 'refused', title: panelWords.failed, ...failure, text };
  }
  return { ...base, ...saidOf(seat, offer, span) };
}

function saidOf(seat: PlanSeat, offer: SeatOffer, span: Span): Said {
  switch (offer.kind) {
    case 'free':
      return {
        action: 'book',
        actionText: panelWords.book(seat.label, `${clock(span.from)}–${clock(span.until)}`),
        consequence: panelWords.consequence(offer.checkInBy),
      };
    case 'mine':
      return { text: panelWords.mine, action: 'mine', actionText: panelWords.mineOpen };
    case 'closed':
      return { text: panelWords.closed, ...toNear(offer.near) };
    case 'taken':
      return { text: panelWords.taken(offer.by), ...toNear(offer.near) };
    case 'lapses-soon':
      return { text: panelWords.soonLapses(offer.at), ...toNear(offer.near) };
    case 'ends-soon': {
      const { later } = offer;
      const way: Said = later
        ? {
            action: 'later',
            actionText: panelWords.bookLater(`${clock(later.from)}–${clock(later.until)}`),
          }
        : toNear(offer.near);
      return { text: panelWords.soonEnds(offer.at), ...way };
    }
  }
}

function toNear(near: PlanSeat | null): Said {
  if (!near) return { consequence: panelWords.noneNear };
  return { action: 'near', actionText: panelWords.near(near.label) };
}

/** What a refused wish leaves to do; the server names the nearest seat when it knows one. */
export function refusalOf(
  error: unknown,
  seat: PlanSeat,
  plan: AreaPlan | null,
  states: Map<string, SeatState>,
): Refusal {
  const failure = failureOf(error);
  if (!(error instanceof ApiError))
    return { kind: 'refused', failure, near: null, mine: null, card: false, passing: false };
  const { code, details, status } = error;
  const named = plan?.seats.find(({ id }) => id === details.nearest_id) ?? null;
  const nearest = plan && code === 'seat_taken' ? nearestFree(plan, states, seat) : null;
  return {
    kind: 'refused',
    failure,
    near: named ?? nearest,
    mine: ownBookings(code, details),
    card: code.startsWith('card_'),
    passing: status === 0 || status >= 500,
  };
}

function ownBookings(code: string, details: Record<string, unknown>): string | null {
  if (code === 'overlaps_yours') return `/pages/bookings/detail?id=${String(details.booking_id)}`;
  return code === 'too_many_at_once' || code === 'too_many_today' ? '/pages/bookings/bookings' : null;
}
