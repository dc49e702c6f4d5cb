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

/** Talking: who speaks, how far a text has come, what can happen in a conversation. */
export type ChatSide = 'reader' | 'staff';
export type ChatState = 'waiting' | 'claimed' | 'closed';
export type ChatPassage = 'checking' | 'sent' | 'held' | 'returned' | 'withdrawn';
export type ChatKind =
  | 'posted'
  | 'changed'
  | 'marked'
  | 'about'
  | 'claimed'
  | 'handed_back'
  | 'returned'
  | 'transferred'
  | 'closed'
  | 'reopened';

export type ChatAbout = Pick<Schemas['About'], 'kind' | 'id'> & Partial<Schemas['About']>;
export type ChatMarks = Schemas['Marks'];
export type ChatMessage = Narrowed<Schemas['ChatMessage'], { side: ChatSide; state: ChatPassage }>;
export type ChatEvent = Narrowed<
  Schemas['ChatEvent'],
  { kind: ChatKind; message: ChatMessage | null; who: { side: ChatSide; name: string | null } | null }
>;
export type Conversation = Narrowed<Schemas['Conversation'], { side: ChatSide; state: ChatState }>;
export type ChatHistory = Narrowed<
  Schemas['ChatHistory'],
  { conversation: Conversation; events: ChatEvent[] }
>;
export type ChatResumed = Narrowed<
  Schemas['ChatResumed'],
  { conversation: Conversation; events: ChatEvent[] }
>;
export type ChatSent = Narrowed<Schemas['ChatSent'], { state: ChatPassage }>;
export type Chats = Narrowed<Schemas['Chats'], { items: Conversation[] }>;
export type ChatHappened = Narrowed<Schemas['ChatHappened'], { side: ChatSide; event: ChatEvent }>;
export type ChatUnread = Schemas['ChatUnread'];
export type SomebodyTypes = Narrowed<Schemas['SomebodyTypes'], { side: ChatSide }>;
/** Whom readers can ask, and who answers when. */
export type Department = Schemas['DepartmentLine'];
export type DepartmentEdited = Schemas['DepartmentEdited'];
export type DutyToday = Schemas['Duty'];
export type Shift = Schemas['ShiftShown'];
export type RosterWeek = Schemas['RosterWeek'];
export type TurnEdited = Schemas['TurnEdited'];
/** Whether a librarian is there, and when the library is open. */
export type Staffed = Schemas['DeskState'];
export type StaffedChanged = Schemas['StaffedChanged'];
export type HereUntil = Schemas['HereUntil'];

/** A guest has no id. */
export type Me = Narrowed<Schemas['Me'], { reminders: Reminder[] }>;
export type SignedIn = Narrowed<Schemas['SignedIn'], { me: Me }>;
export type Device = Schemas['SignedInPhone'];

/** The library's card that a reader has bound; who acts for whom; what a reader may not do for a while. */
export type ReaderCard = Schemas['CardShown'];
export type MyCard = Schemas['MyCard'];
export type Helping = Schemas['Helping'];
export type HelpingPerson = Schemas['HelpingPerson'];
export type HelperInvited = Schemas['HelperInvited'];
export type Ban = Schemas['BanShown'];
export type BanStops = Schemas['Stops'];
export type LookReason = Schemas['Reason'];
export type FindPatronsBy = Schemas['FindBy'];
export type PeopleFound = Schemas['PeopleFound'];
export type PersonFound = Schemas['PersonFound'];
export type Patron = Schemas['PatronView'];
export type PatronReader = Schemas['ReaderView'];
export type MergingAccount = Schemas['MergingAccount'];
export type MergeShown = Schemas['MergeShown'];

/** What the library writes for its readers, and what the search finds of it. */
export type ArticleKind = Schemas['ContentKind'];
export type ArticleLine = Schemas['ArticleLine'];
export type ArticleView = Schemas['ArticleView'];
export type ArticleRow = Schemas['ArticleRow'];
export type ArticleEdited = Schemas['ArticleEdited'];
export type Found = Schemas['Found'];
export type SynonymsEdited = Schemas['SynonymsEdited'];
export type MissedSearch = Schemas['MissedSearchRow'];

export type AdminAnnouncement = Pick<Schemas['AnnouncementEdited'], 'title' | 'text' | 'version'>;
export type AdminSeatRules = Schemas['SeatRulesEdited'];
export type ReaderGroup = Schemas['Group'];
export type Invitation = Schemas['Invited'];
export type StaffMember = Schemas['StaffMember'];
export type Health = Schemas['Health'];
export type DeadJob = Schemas['DeadJob'];
export type History = Schemas['History'];
export type HeldRole = Schemas['HeldRole'];
export type RoleTaken = Schemas['RoleTaken'];
export type Scope = Schemas['Scope'];
export type ScopeNames = Schemas['ScopeNames'];
export type StaffPerson = Schemas['StaffPerson'];
export type SeatCode = Schemas['SeatCode'];
export type AreaName = Schemas['AreaName'];
export type AllSeatRules = Schemas['AllSeatRules'];
export type RuledArea = Schemas['RuledArea'];
/** A table that somebody sent, what its rows become, and what is wrong with them. */
export type ImportTarget = 'cards' | 'articles';
export type ImportState =
  'reading' | 'mapping' | 'checking' | 'checked' | 'applying' | 'done' | 'undoing' | 'undone' | 'failed';
export type ImportRun = Narrowed<Schemas['ImportView'], { target: ImportTarget; state: ImportState }>;
export type ImportField = Schemas['FieldShown'];
export type ImportProblems = Schemas['RowProblems'];
export type ImportChanged = Schemas['ImportChanged'];
export type AuditLine = Schemas['AuditLine'];
export type AuditShown = Schemas['AuditShown'];
export type AuditChecked = Schemas['AuditChecked'];
export type AuditBroken = Schemas['AuditBroken'];

export type DeskLine = Narrowed<Schemas['DeskLine'], { side: ChatSide; state: ChatState }>;
export type OnDuty = Schemas['OnDuty'];
export type Desk = Narrowed<Schemas['Desk'], { items: DeskLine[] }>;
export type DeskChanged = Narrowed<Schemas['DeskChanged'], { items: DeskLine[] }>;
export type HeldText = Schemas['HeldText'];

/** Pictures that readers send; nobody else sees one that is being checked. */
export type PictureState = 'checking' | 'shown' | 'held' | 'removed';
export type Picture = Narrowed<Schemas['Picture'], { state: PictureState }>;
export type UploadFound = Narrowed<Schemas['UploadFound'], { picture: Picture | null }>;

/** What readers tell the library, and one to five stars for a visit or a talk. */
export type FeedbackTopic = Schemas['Topic'];
export type FeedbackState = 'received' | 'held' | 'returned' | 'taken' | 'answered' | 'noted';
export type FeedbackBox = Schemas['Box'];
export type FeedbackSent = Narrowed<Schemas['FeedbackSent'], { state: FeedbackState }>;
export type FeedbackView = Narrowed<Schemas['FeedbackView'], { state: FeedbackState; pictures: Picture[] }>;
export type FeedbackChanged = Schemas['FeedbackChanged'];
export type FeedbackLine = Narrowed<Schemas['FeedbackLine'], { state: FeedbackState; pictures: Picture[] }>;
export type FeedbackInbox = Schemas['FeedbackInbox'];
export type FeedbackNews = Narrowed<Schemas['FeedbackNews'], { items: FeedbackLine[] }>;
export type RatingTotals = Schemas['RatingTotals'];
export type StarCount = Schemas['StarCount'];
export type RatedKind = Schemas['Rated'];
export type RatedThing = Schemas['RatedThing'];
export type RatingOffer = Schemas['RatingOffer'];
