import { watchArea } from '../../api/area-watch';
import { serverNow } from '../../api/clock';
import { request } from '../../api/request';
import { live } from '../../api/socket';
import type { AreaDay, AreaPlan, BranchHours, PlanSeat } from '../../api/types';
import { offerOf, type SeatOffer } from '../../logic/seat-offer';
import { nextLapse, seatStates, withChanges, type SeatState } from '../../logic/seat-states';
import {
  earliestStart,
  firstOffer,
  fitted,
  libraryClock,
  offsetOf,
  openDays,
  type OpenDay,
  type Span,
} from '../../logic/span';

/** States also change by the clock alone; this is how often that is looked for, ms. */
const LOOK_MS = 15_000;

export interface Told {
  /** The plan arrived. */
  onPlan(plan: AreaPlan): void;
  /** Some state, the span or the time changed. */
  onStates(): void;
  /** The span had to move, because its beginning passed or this area does not allow it. */
  onMoved(span: Span): void;
  onError(error: unknown): void;
}

/** One area on one day for one span, kept current until `stop`. Holds what is too large for a page's data. */
export class Watching {
  plan: AreaPlan | null = null;
  day: AreaDay | null = null;
  days: OpenDay[] = [];
  span: Span | null = null;
  states = new Map<string, SeatState>();
  offset = '+08:00';
  private unwatch: () => void = () => undefined;
  private timer = 0;
  private readonly unfollow: () => void;

  constructor(
    private readonly areaId: string,
    private readonly told: Told,
  ) {
    this.unfollow = live.onNews(['bookings_changed'], () => void this.refreshMine());
  }

  /** Fetches the plan and the hours; the wish is fitted to what the area allows. Raises ApiError. */
  async load(wish: Span | null): Promise<void> {
    if (wish && !this.span) this.watch(wish);
    const plan = this.plan ?? (await request<AreaPlan>('GET', `/api/areas/${this.areaId}`));
    const hours = await request<BranchHours>('GET', `/api/branches/${plan.branch_id}/hours`);
    this.offset = offsetIn(hours) ?? this.offset;
    this.days = openDays(hours.days).filter(({ date }) => date >= plan.first_date && date <= plan.last_date);
    this.plan = plan;
    this.told.onPlan(plan);
    const span = firstOffer(this.days, plan.rules, this.now(), wish);
    if (wish && span && !same(wish, span)) this.told.onMoved(span);
    if (span) this.watch(span);
    else this.stop();
    this.look();
  }

  watch(span: Span): void {
    const moved = span.date !== this.span?.date;
    this.span = span;
    if (moved) {
      this.unwatch();
      this.day = null;
      this.unwatch = watchArea(this.areaId, span.date, this.take, this.change, this.told.onError);
    }
    this.look();
  }

  /** The library's clock. */
  now(): { date: string; minutes: number } {
    return libraryClock(serverNow(), this.offset);
  }

  offer(seat: PlanSeat): SeatOffer | null {
    const { plan, day, span, states } = this;
    return plan && day && span ? offerOf(seat, { plan, day, span, states, now: serverNow() }) : null;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.unwatch();
    this.unfollow();
  }

  private readonly take = (day: AreaDay): void => {
    this.day = day;
    this.offset = offsetOf(day.day_starts_at);
    this.look();
  };

  private readonly change = ({ seats }: { seats: AreaDay['seats'] }): void => {
    if (this.day) this.take(withChanges(this.day, seats));
  };

  /** The stream tells of seats, not of whose they are. */
  private async refreshMine(): Promise<void> {
    const date = this.span?.date;
    if (!date) return;
    try {
      const { mine } = await request<AreaDay>('GET', `/api/areas/${this.areaId}/days/${date}`);
      if (this.day?.date === date) this.take({ ...this.day, mine });
    } catch (error) {
      this.told.onError(error);
    }
  }

  /** Computes the states as of now, and looks again when the clock may change one. */
  private look(): void {
    clearTimeout(this.timer);
    const { plan, day } = this;
    if (!plan || !day || !this.span) return;
    this.keepAhead(plan);
    const now = serverNow();
    this.states = seatStates(plan, day, this.span, now);
    this.told.onStates();
    const lapse = nextLapse(day, now);
    const wait = lapse === null ? LOOK_MS : Math.min(LOOK_MS, lapse - now + 50);
    this.timer = setTimeout(() => this.look(), wait);
  }

  /** A span whose beginning can no longer be booked begins at the next step that can. */
  private keepAhead(plan: AreaPlan): void {
    const { span } = this;
    const { date, minutes } = this.now();
    if (!span || span.date !== date || span.from + plan.rules.step_minutes > minutes) return;
    const day = this.days.find((one) => one.date === date);
    const moved = day && fitted(span, day, plan.rules, earliestStart(minutes, plan.rules.step_minutes));
    if (!moved) return;
    this.span = moved;
    this.told.onMoved(moved);
  }
}

function same(a: Span, b: Span): boolean {
  return a.date === b.date && a.from === b.from && a.until === b.until;
}

function offsetIn(hours: BranchHours): string | null {
  const first = hours.days.find(({ spans }) => spans.length)?.spans[0];
  return first ? offsetOf(first.opens_at) : null;
}
