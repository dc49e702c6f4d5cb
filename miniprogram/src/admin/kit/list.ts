/** What a list of the admin pages is made of; `components/admin-list` shows it. */

export interface Choice {
  value: string;
  name: string;
}

/** A choice for each name, and before them the one that leaves nothing out. */
export function choicesOf(names: Record<string, string>, all = ''): Choice[] {
  return [{ value: '', name: all }, ...Object.entries(names).map(([value, name]) => ({ value, name }))];
}

export interface ListColumn {
  key: string;
  label: string;
  /** How much of a wide screen it takes beside the others; 1 when not said. */
  share?: number;
}

/** A filter goes into the query under its key; an empty one is left out. */
export type ListFilter =
  | { kind: 'text'; key: string; label: string }
  | { kind: 'choice'; key: string; label: string; choices: readonly Choice[] }
  | { kind: 'date'; key: string; label: string }
  | { kind: 'person'; key: string; label: string; path?: string };

/** What may be done to those that are chosen: fires `act` with its key. */
export interface ListAction {
  key: string;
  name: string;
  /** `seal` for what cannot be taken back. */
  tone?: 'river' | 'seal';
}

/** One thing as it is listed. The cell of the first column is its name. */
export interface ListRow {
  id: string;
  cells: Record<string, string>;
  chips?: { text: string; tone: 'quiet' | 'river' | 'seal' | 'ochre' | 'moss' }[];
}

export interface ListSchema<Item> {
  /** Answers `{items, next}` and takes `after`, `limit`, the keys of the filters, and `sort` when there are sorts. */
  path: string;
  columns: readonly ListColumn[];
  filters?: readonly ListFilter[];
  /** The first one is in force until another is chosen. */
  sorts?: readonly Choice[];
  actions?: readonly ListAction[];
  /** Whether a row can be opened. */
  opens?: boolean;
  /** What an empty list says, and the icon above it. */
  empty: string;
  icon?: string;
  /** `now` is ms by the server's clock. */
  rowOf(item: Item, now: number): ListRow;
}

/** What a page may ask of its list, which it finds by `selectComponent`. */
export interface ShownList {
  reload(): Promise<void>;
  more(): Promise<void>;
}

export const AT_ONCE = 20;

/** The request for a part of the list; `after` is null for the first. */
export function askedPath(path: string, asked: Record<string, string>, after: string | null): string {
  const query = Object.entries({ ...asked, after: after ?? '', limit: String(AT_ONCE) })
    .filter(([, value]) => value.trim() !== '')
    .map(([key, value]) => `${key}=${encodeURIComponent(value.trim())}`);
  return `${path}${path.includes('?') ? '&' : '?'}${query.join('&')}`;
}
