import type { HeldRole } from '../api/types';
import { staffRoles } from '../words/admin';
import { grantSay } from '../words/staff';
import { clockOf, plainDate, todayBy } from './time';

/** The staff pages by what they are about, each with the permission it needs, its path and its icon. */
const PAGES = [
  { part: 'desk', permission: 'chat.answer', key: 'desk', icon: 'desk', path: '/staff/desk/desk' },
  {
    part: 'desk',
    permission: 'feedback.answer',
    key: 'feedback',
    icon: 'mail',
    path: '/staff/feedback/feedback',
  },
  {
    part: 'desk',
    permission: 'patrons.read',
    key: 'patrons',
    icon: 'ticket',
    path: '/admin/patrons/patrons',
  },
  {
    part: 'content',
    permission: 'announcement.edit',
    key: 'announcement',
    icon: 'announce',
    path: '/admin/announcement/announcement',
  },
  {
    part: 'content',
    permission: 'articles.edit',
    key: 'articles',
    icon: 'book',
    path: '/admin/articles/articles',
  },
  {
    part: 'content',
    permission: 'articles.edit',
    key: 'search',
    icon: 'search',
    path: '/admin/search/search',
  },
  { part: 'rules', permission: 'rules.edit', key: 'rules', icon: 'rules', path: '/admin/rules/rules' },
  { part: 'rules', permission: 'seats.codes', key: 'codes', icon: 'code', path: '/admin/codes/codes' },
  { part: 'rules', permission: 'patrons.edit', key: 'groups', icon: 'people', path: '/admin/groups/groups' },
  { part: 'rules', permission: 'imports.use', key: 'imports', icon: 'table', path: '/admin/imports/imports' },
  { part: 'staff', permission: 'roster.edit', key: 'roster', icon: 'calendar', path: '/admin/roster/roster' },
  { part: 'staff', permission: 'staff.invite', key: 'staff', icon: 'person', path: '/admin/staff/staff' },
  { part: 'staff', permission: 'staff.invite', key: 'invite', icon: 'invite', path: '/admin/invite/invite' },
  {
    part: 'staff',
    permission: 'departments.edit',
    key: 'departments',
    icon: 'people',
    path: '/admin/departments/departments',
  },
  { part: 'running', permission: 'health.read', key: 'health', icon: 'info', path: '/admin/health/health' },
  { part: 'running', permission: 'audit.read', key: 'audit', icon: 'clock', path: '/admin/audit/audit' },
] as const;

/** How a role is called. */
export function roleName(role: string): string {
  return staffRoles.find((one) => one.role === role)?.name ?? role;
}

/** A role as it is held: `馆员 · 东馆 · 至 2027年1月31日`; whole days are said without their hours. */
export function grantName(
  { role, place, starts_at, ends_at }: Pick<HeldRole, 'role' | 'place' | 'starts_at' | 'ends_at'>,
  now: number,
): string {
  const said = (iso: string, wholeDay: string) => {
    const day = plainDate(iso.slice(0, 10), todayBy(iso, now));
    return clockOf(iso) === wholeDay ? day : `${day} ${clockOf(iso)}`;
  };
  return [
    roleName(role),
    place,
    starts_at && Date.parse(starts_at) > now ? grantSay.from(said(starts_at, '00:00')) : null,
    ends_at ? grantSay.until(said(ends_at, '23:59')) : null,
  ]
    .filter(Boolean)
    .join(' · ');
}

export type StaffPage = (typeof PAGES)[number];

export function staffPages(permissions: readonly string[]): StaffPage[] {
  return PAGES.filter(({ permission }) => permissions.includes(permission));
}
