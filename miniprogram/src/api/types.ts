/** The server's shapes under the names that the client uses; `make contract` writes contract.ts from the routes. */

import type { components } from './contract';

type Schemas = components['schemas'];

/** The server names one of these; narrowed here so that a word forgotten in `words/` is an error of the compiler. */
export type BookingState = 'booked' | 'checked_in' | 'cancelled' | 'lapsed' | 'finished';
export type ShapeKind = 'wall' | 'shelf' | 'door' | 'window' | 'desk' | 'stairs' | 'lift';
export type SeatFeature = 'socket' | 'window' | 'quiet' | 'lift' | 'accessible';
export type ReminderPurpose = 'seat_reminder' | 'booking_lapsed' | 'answered';
export type StaffRole = Schemas['StaffRoleName'];

type Narrowed<Shape, Words> = Omit<Shape, keyof Words> & Words;

export type OpenState = Schemas['OpenState'];
export type Home = Narrowed<Schemas['Home'], { next_booking: Booking | null }>;
export type HomeBranch = Schemas['BranchLine'];
export type Announcement = Schemas['AnnouncementShown'];

export type Spaces = Schemas['Spaces'];
export type SpacesArea = Schemas['AreaLine'];
export type BranchHours = Schemas['BranchHours'];
export type HoursDay = Schemas['OpeningDay'];

/** Lengths of a plan are in decimetres. */
export type PlanShape = Narrowed<Schemas['Shape'], { kind: ShapeKind }>;
export type PlanSeat = Narrowed<Schemas['Seat'], { features: SeatFeature[] }>;
export type AreaPlan = Narrowed<Schemas['AreaPlan'], { shapes: PlanShape[]; seats: PlanSeat[] }>;
export type SeatRules = Schemas['SeatRulesShown'];

/** Slots count from the day's start and are half-open: `first` is in, `until` is out. */
export type SlotSpan = Schemas['OpenSlots'];
export type BusySpan = Schemas['BusySpan'];
export type SeatBusy = Schemas['SeatDay'];
export type MySpan = Narrowed<Schemas['MySpan'], { state: BookingState }>;
export type AreaDay = Narrowed<Schemas['AreaDay'], { mine: MySpan[] }>;
export type SeatsChanged = Schemas['SeatsChanged'];
export type AreaNumber = Schemas['AreaNumber'];

export type BookedSeat = Schemas['BookedSeat'];
export type Booking = Narrowed<Schemas['BookingView'], { state: BookingState }>;

/** Part of a list; `next` is the `after` of the following part. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Inbox = Schemas['Inbox'];
export type InboxItem = Schemas['InboxItem'];
export type Reminder = Narrowed<Schemas['Reminder'], { purpose: ReminderPurpose }>;

/** A guest has no id. */
export type Me = Narrowed<Schemas['Me'], { reminders: Reminder[] }>;
export type SignedIn = Narrowed<Schemas['SignedIn'], { me: Me }>;
export type Device = Schemas['SignedInPhone'];

export type AdminAnnouncement = Pick<Schemas['AnnouncementEdited'], 'title' | 'text' | 'version'>;
export type AdminSeatRules = Schemas['SeatRulesEdited'];
export type Invitation = Schemas['Invited'];
export type SeatCode = Schemas['SeatCode'];
