export interface OpenState {
  open_now: boolean;
  closes_at: string | null;
  next_opens_at: string | null;
}

export type BookingState = 'booked' | 'checked_in' | 'cancelled' | 'lapsed' | 'finished';

export interface BookedSeat {
  id: string;
  label: string;
  area_id: string;
  area_name: string;
  branch_name: string;
  floor: string;
}

export interface Booking {
  id: string;
  seat: BookedSeat;
  starts_at: string;
  ends_at: string;
  state: BookingState;
  checkin_opens_at: string;
  checkin_closes_at: string;
  checked_in_at: string | null;
  made_at: string;
  can: { cancel: boolean; check_in: boolean; finish: boolean };
}

export interface Announcement {
  title: string;
  text: string;
  updated_at: string;
}

export interface HomeBranch {
  id: string;
  name: string;
  open: OpenState;
  free_seats: number;
  seats: number;
}

export interface Home {
  library_name: string;
  open: OpenState;
  announcement: Announcement | null;
  branches: HomeBranch[];
  next_booking: Booking | null;
  unread: number;
}

export interface SpacesArea {
  id: string;
  name: string;
  floor: string;
  quiet: boolean;
  seats: number;
  free_seats: number;
}

export interface SpacesBranch {
  id: string;
  name: string;
  address: string;
  open: OpenState;
  areas: SpacesArea[];
}

export interface Spaces {
  branches: SpacesBranch[];
}

export interface HoursDay {
  date: string;
  spans: { opens_at: string; closes_at: string }[];
  note: string | null;
}

export interface BranchHours {
  branch_id: string;
  name: string;
  days: HoursDay[];
}

export type ShapeKind = 'wall' | 'shelf' | 'door' | 'window' | 'desk' | 'stairs' | 'lift';
export type SeatFeature = 'socket' | 'window' | 'quiet' | 'lift' | 'accessible';

/** Lengths of a plan are in decimetres. */
export interface PlanShape {
  kind: ShapeKind;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PlanSeat {
  id: string;
  label: string;
  x: number;
  y: number;
  features: SeatFeature[];
  closed: boolean;
}

export interface SeatRules {
  step_minutes: number;
  min_minutes: number;
  max_minutes: number;
  advance_days: number;
  release_time: string;
  at_once: number;
  per_day: number;
  checkin_before_minutes: number;
  checkin_after_minutes: number;
}

export interface AreaPlan {
  id: string;
  name: string;
  floor: string;
  branch_id: string;
  branch_name: string;
  width: number;
  height: number;
  shapes: PlanShape[];
  seats: PlanSeat[];
  rules: SeatRules;
  first_date: string;
  last_date: string;
}

/** Slots count from the day's start and are half-open: `first` is in, `until` is out. */
export interface SlotSpan {
  first: number;
  until: number;
}

export interface BusySpan extends SlotSpan {
  lapses_at: string | null;
}

export interface SeatBusy {
  seat_id: string;
  busy: BusySpan[];
}

export interface MySpan extends SlotSpan {
  booking_id: string;
  seat_id: string;
  state: BookingState;
}

export interface AreaDay {
  area_id: string;
  date: string;
  number: number;
  day_starts_at: string;
  slot_minutes: number;
  open: SlotSpan[];
  seats: SeatBusy[];
  mine: MySpan[];
}

export interface SeatsChanged {
  area_id: string;
  date: string;
  number: number;
  seats: SeatBusy[];
}

export interface AreaNumber {
  area_id: string;
  date: string;
  number: number;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface InboxItem {
  id: string;
  purpose: string;
  title: string;
  text: string;
  page: string | null;
  created_at: string;
  read: boolean;
}

export interface Inbox extends Page<InboxItem> {
  unread: number;
}

export type ReminderPurpose = 'seat_reminder' | 'booking_lapsed' | 'library_notice';

export interface Reminder {
  purpose: ReminderPurpose;
  title: string;
  template_id: string;
  balance: number;
}

export interface Me {
  /** Null for a guest. */
  id: string | null;
  nickname: string | null;
  roles: string[];
  permissions: string[];
  unread: number;
  reminders: Reminder[];
}

export interface SignedIn {
  token: string;
  me: Me;
}

export interface Device {
  id: string;
  made_at: string;
  last_used_at: string;
  current: boolean;
}

export interface AdminAnnouncement {
  title: string;
  text: string;
  version: number;
}

export interface AdminSeatRules extends Omit<SeatRules, 'step_minutes'> {
  id: string;
  name: string;
  version: number;
  remind_before_minutes: number;
}

export type StaffRole = 'librarian' | 'editor' | 'manager' | 'admin';

export interface Invitation {
  code: string;
  role: StaffRole;
  expires_at: string;
}

export interface SeatCode {
  seat_id: string;
  label: string;
  code: string;
}
