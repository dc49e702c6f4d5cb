import type { PlanSeat } from '../api/types';
import type { SeatState } from './seat-states';
import { SEAT_SIZE } from './seat-hit';

/** Seats that one walks past together. */
export interface SeatRow {
  /** The first seat's id: stays the same while states change. */
  key: string;
  first: string;
  last: string;
  seats: PlanSeat[];
}

/** WeChat's audit counts more than 60 children of one node as a fault. */
const LONGEST_ROW = 48;

/**
 * The seats in the order of walking past them: rows from the top of the plan to its bottom, each from left to right.
 * Seats belong to one row when they stand less than half a seat apart from front to back.
 */
export function seatRows(seats: readonly PlanSeat[]): SeatRow[] {
  const rows: PlanSeat[][] = [];
  let front = -Infinity;
  for (const seat of [...seats].sort((a, b) => a.y - b.y || a.x - b.x)) {
    const row = rows[rows.length - 1];
    if (row && seat.y - front < SEAT_SIZE / 2) row.push(seat);
    else {
      rows.push([seat]);
      front = seat.y;
    }
  }
  return rows.flatMap(inParts).map(rowOf);
}

function inParts(row: PlanSeat[]): PlanSeat[][] {
  row.sort((a, b) => a.x - b.x);
  const parts: PlanSeat[][] = [];
  for (let at = 0; at < row.length; at += LONGEST_ROW) parts.push(row.slice(at, at + LONGEST_ROW));
  return parts;
}

function rowOf(seats: PlanSeat[]): SeatRow {
  const first = seats[0];
  const last = seats[seats.length - 1];
  return { key: first?.id ?? '', first: first?.label ?? '', last: last?.label ?? '', seats };
}

export function freeIn(row: SeatRow, states: Map<string, SeatState>): number {
  return row.seats.filter((seat) => states.get(seat.id) === 'free').length;
}
