import { serverNow } from '../../api/clock';
import { failureOf } from '../../api/failure';
import { request } from '../../api/request';
import type { HeldRole, RoleTaken, StaffMember } from '../../api/types';
import { grantName, roleName } from '../../logic/staff';
import { moment, plainDate, todayBy } from '../../logic/time';
import { look } from '../../look';
import { staffRoles } from '../../words/admin';
import { staffListSay, staffListWords as w, takenSay, takenWords } from '../../words/staff';
import type { ListSchema } from '../kit/list';
import { listPage } from '../kit/list-page';

const sinceOf = (iso: string, now: number) =>
  staffListSay.since(plainDate(iso.slice(0, 10), todayBy(iso, now)));

const list: ListSchema<StaffMember> = {
  path: '/api/admin/staff',
  columns: [
    { key: 'name', label: w.name, share: 2 },
    { key: 'since', label: w.since },
  ],
  filters: [
    { kind: 'text', key: 'text', label: w.find },
    {
      kind: 'choice',
      key: 'role',
      label: w.role,
      choices: [
        { value: '', name: w.allRoles },
        ...staffRoles.map(({ role, name }) => ({ value: role, name })),
      ],
    },
  ],
  sorts: [
    { value: 'name', name: w.byName },
    { value: 'since', name: w.bySince },
  ],
  opens: true,
  empty: w.none,
  icon: 'person',
  rowOf: ({ id, name, mine, roles }, now) => ({
    id,
    cells: {
      name: name ?? (mine ? w.mine : w.unnamed),
      since: roles[0] ? sinceOf(roles[0].granted_at, now) : '',
    },
    chips: roles.map((held) => ({
      text: grantName(held, now),
      tone: held.role === 'admin' ? 'seal' : 'river',
    })),
  }),
};

function rolesOf({ roles }: StaffMember) {
  const now = serverNow();
  return roles.map((held, index) => ({
    index,
    held,
    name: grantName(held, now),
    given: staffListSay.given(moment(held.granted_at, now), held.granted_by),
  }));
}

/** The role as the server's paths name it; `where` says the scope, which a role can be held in several of. */
const pathOf = (readerId: string, { role }: HeldRole) => `/api/admin/staff/${readerId}/roles/${role}`;
const where = ({ scope, scope_id }: HeldRole) =>
  `scope=${scope}${scope_id === null ? '' : `&scope_id=${scope_id}`}`;

/** What follows from a role that is taken, with how much goes back. */
function consequencesOf(goes: RoleTaken): string[] {
  const kinds = ['conversations', 'feedback', 'invitations', 'turns'] as const;
  const numbers = kinds.filter((kind) => goes[kind] > 0).map((kind) => takenSay[kind](goes[kind]));
  return [takenWords.phones, ...(numbers.length ? numbers : [takenWords.nothing]), takenWords.again];
}

Page({
  ...listPage,
  data: {
    ...look(),
    w,
    list,
    person: null as {
      id: string;
      name: string;
      mine: boolean;
      roles: ReturnType<typeof rolesOf>;
    } | null,
    /** The role that is about to be taken. */
    role: null as HeldRole | null,
    title: '',
    consequences: [] as string[],
    busy: false,
    refused: '',
  },

  open({ detail: { item } }: WechatMiniprogram.CustomEvent<{ item: StaffMember }>) {
    const name = item.name ?? (item.mine ? w.mine : w.unnamed);
    this.setData({ person: { id: item.id, name, mine: item.mine, roles: rolesOf(item) }, role: null });
  },

  chosen(event: WechatMiniprogram.TouchEvent): HeldRole {
    return this.data.person!.roles[Number(event.currentTarget.dataset.index)]!.held;
  },

  async askToTake(event: WechatMiniprogram.TouchEvent) {
    const { id, name } = this.data.person!;
    const role = this.chosen(event);
    try {
      const goes = await request<RoleTaken>('GET', `${pathOf(id, role)}/taken?${where(role)}`);
      this.setData({
        role,
        title: staffListSay.takeTitle(name, roleName(role.role)),
        consequences: consequencesOf(goes),
        refused: '',
      });
    } catch (error) {
      wx.showToast({ title: failureOf(error).text, icon: 'none' });
    }
  },

  async take() {
    const { person, role } = this.data;
    if (!person || !role) return;
    this.setData({ busy: true, refused: '' });
    try {
      await request('DELETE', `${pathOf(person.id, role)}?${where(role)}`);
      this.close();
      wx.showToast({ title: w.taken, icon: 'none' });
      void this.shown()?.reload();
    } catch (error) {
      this.setData({ refused: failureOf(error).text });
    } finally {
      this.setData({ busy: false });
    }
  },

  changeTerm(event: WechatMiniprogram.TouchEvent) {
    const { id, name } = this.data.person!;
    const held = this.chosen(event);
    const said = {
      reader: id,
      role: held.role,
      name: `${name} · ${roleName(held.role)}`,
      from: held.starts_at ?? '',
      until: held.ends_at ?? '',
    };
    const query = Object.entries(said).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
    this.close();
    this.go(`/admin/staff/term?${[...query, where(held)].join('&')}`);
  },

  close() {
    this.setData({ person: null, role: null });
  },

  invite() {
    wx.navigateTo({ url: '/admin/invite/invite' });
  },
});
