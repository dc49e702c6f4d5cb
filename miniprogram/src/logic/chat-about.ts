import type { ChatAbout } from '../api/types';

type Query = Record<string, string | undefined>;

const THREAD = '/pages/chat/thread';

/** The page of one conversation. */
export function threadPage(id: string): string {
  return `${THREAD}?id=${id}`;
}

/** The page where one asks about what one looks at; `words` say it until the server does. */
export function askingPage(about?: ChatAbout, words = ''): string {
  const facts = about
    ? { kind: about.kind, of: about.id, from: about.starts_at, until: about.ends_at, words }
    : {};
  const query = Object.entries(facts)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return query.length ? `${THREAD}?${query.join('&')}` : THREAD;
}

/** What `askingPage` wrote, as the page is given it. */
export function aboutOf(query: Query): { about: ChatAbout | null; words: string } {
  const said = (name: string) => decodeURIComponent(query[name] ?? '');
  const [kind, id, from, until] = [said('kind'), said('of'), said('from'), said('until')];
  if (!kind || !id) return { about: null, words: '' };
  const span = from && until ? { starts_at: from, ends_at: until } : {};
  return { about: { kind, id, ...span } as ChatAbout, words: said('words') };
}
