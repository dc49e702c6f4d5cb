import { serverNow } from '../../api/clock';
import { failureOf } from '../../api/failure';
import { request } from '../../api/request';
import type { StaffMember, StaffRole } from '../../api/types';
import { roleName } from '../../logic/staff';
import { moment, plainDate, todayBy } from '../../logic/time';
import { look } from '../../look';
import { staffRoles } from '../../words/admin';
import {
  staffListSay,
  staffListWords as w,
  takenAdminConsequence,
  takenConsequences,
} from '../../words/staff';
import type { ListSchema, ShownList } from '../kit/list';

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
    chips: roles.map(({ role }) => ({ text: roleName(role), tone: role === 'admin' ? 'seal' : 'river' })),
  }),
};

function rolesOf({ roles }: StaffMember) {
  const now = serverNow();
  return roles.map(({ role, granted_at, granted_by }) => ({
    role,
    name: roleName(role),
    given: staffListSay.given(moment(granted_at, now), granted_by),
  }));
}

Page({
  data: {
    ...look(),
    w,
    list,
    person: null as { id: string; name: string; roles: ReturnType<typeof rolesOf> } | null,
    /** The role that is about to be taken. */
    role: null as StaffRole | null,
    title: '',
    consequences: [] as string[],
    busy: false,
    refused: '',
  },

  shown() {
    return this.selectComponent('#list') as unknown as ShownList | null;
  },

  async onPullDownRefresh() {
    await this.shown()?.reload();
    wx.stopPullDownRefresh();
  },

  onReachBottom() {
    void this.shown()?.more();
  },

  open({ detail: { item } }: WechatMiniprogram.CustomEvent<{ item: StaffMember }>) {
    const name = item.name ?? (item.mine ? w.mine : w.unnamed);
    this.setData({ person: { id: item.id, name, roles: rolesOf(item) }, role: null });
  },

  askToTake(event: WechatMiniprogram.TouchEvent) {
    const role = event.currentTarget.dataset.role as StaffRole;
    this.setData({
      role,
      title: staffListSay.takeTitle(this.data.person?.name ?? '', roleName(role)),
      consequences: role === 'admin' ? [...takenConsequences, takenAdminConsequence] : takenConsequences,
      refused: '',
    });
  },

  async take() {
    const { person, role } = this.data;
    if (!person || !role) return;
    this.setData({ busy: true, refused: '' });
    try {
      await request('DELETE', `/api/admin/staff/${person.id}/roles/${role}`);
      this.close();
      wx.showToast({ title: w.taken, icon: 'none' });
      void this.shown()?.reload();
    } catch (error) {
      this.setData({ refused: failureOf(error).text });
    } finally {
      this.setData({ busy: false });
    }
  },

  close() {
    this.setData({ person: null, role: null });
  },

  invite() {
    wx.navigateTo({ url: '/admin/invite/invite' });
  },
});
