import { serverNow } from '../../api/clock';
import { copy } from '../../api/copy';
import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { Invitation, Scope, ScopeNames, StaffRole } from '../../api/types';
import { grantName } from '../../logic/staff';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { staffRoles } from '../../words/admin';
import { inviteSay, inviteWords as w, scopeFacts, scopeKinds, termWords } from '../../words/staff';
import type { FormSchema, Span, Written } from '../kit/form';

/** `scope` is its kind and number, as in `branch:2`; `ends_at` the whole term, for the server complains of its end. */
interface Draft {
  role: StaffRole;
  scope: string;
  ends_at: Span;
  made?: Invitation;
}

const FRESH: Draft = { role: 'librarian', scope: 'library:', ends_at: { from: '', until: '' } };

const placed = (scope: string) => scope.split(':') as [Scope, string];

function wishOf({ role, scope, ends_at }: Written) {
  const [kind, id] = placed(String(scope));
  const { from, until } = ends_at as Span;
  return { role, scope: kind, scope_id: id || null, starts_at: from || null, ends_at: until || null };
}

function formOf(places: ScopeNames['items']): FormSchema<Draft> {
  return {
    groups: [
      {
        fields: [
          {
            kind: 'choice',
            key: 'role',
            label: w.role,
            choices: staffRoles.map(({ role, ...shown }) => ({ value: role, ...shown })),
          },
          {
            kind: 'choice',
            key: 'scope',
            label: w.scope,
            range: w.scopeRange,
            choices: places.map(({ scope, scope_id, name }) => ({
              value: `${scope}:${scope_id ?? ''}`,
              name: name ? inviteSay.scope(scopeKinds[scope], name) : scopeKinds[scope],
              facts: scopeFacts[scope],
            })),
          },
        ],
      },
      {
        fields: [{ kind: 'span', key: 'ends_at', label: termWords.term, range: termWords.termRange }],
        meaning: () => termWords.open,
      },
    ],
    fresh: true,
    saveName: w.make,
    consequence: w.consequence,
    saved: w.made,
    read: () => Promise.resolve(FRESH),
    save: async (written) => ({
      ...(written as unknown as Draft),
      made: await request<Invitation>('POST', '/api/admin/invitations', wishOf(written)),
    }),
  };
}

Page({
  data: {
    ...look(),
    w,
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    form: null as FormSchema<Draft> | null,
    code: '',
    given: '',
    until: '',
  },
  places: [] as ScopeNames['items'],

  onLoad() {
    void this.load();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      this.places = (await request<ScopeNames>('GET', '/api/admin/scopes')).items;
      this.setData({ state: 'ready', form: formOf(this.places) });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  saved({ detail: { item } }: WechatMiniprogram.CustomEvent<{ item: Draft }>) {
    if (!item.made) return;
    const now = serverNow();
    const [kind, id] = placed(item.scope);
    const place = this.places.find(({ scope, scope_id }) => scope === kind && (scope_id ?? '') === id);
    const { from, until } = item.ends_at;
    const held = { role: item.role, place: place?.name ?? null, starts_at: from, ends_at: until };
    this.setData({
      code: item.made.code,
      until: inviteSay.until(moment(item.made.expires_at, now)),
      given: grantName(held, now),
    });
  },

  copy() {
    copy(this.data.code);
  },

  again() {
    this.setData({ code: '' });
  },
});
