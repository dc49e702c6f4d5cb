import type { HeldRole } from '../api/types';
import { staffRoles } from '../words/admin';
import { grantSay } from '../words/staff';
import { clockOf, plainDate, todayBy } from './time';

/** The staff pages, each with the permission it needs, its path and its icon. */
const PAGES = [
  { permission: 'chat.answer', key: 'desk', icon: 'desk', path: '/staff/desk/desk' },
  { permission: 'feedback.answer', key: 'feedback', icon: 'mail', path: '/staff/feedback/feedback' },
  {
    permission: 'announcement.edit',
    key: 'announcement',
    icon: 'announce',
    path: '/admin/announcement/announcement',
  },
  { permission: 'articles.edit', key: 'articles', icon: 'book', path: '/admin/articles/articles' },
  { permission: 'articles.edit', key: 'search', icon: 'search', path: '/admin/search/search' },
  { permission: 'patrons.read', key: 'patrons', icon: 'ticket', path: '/admin/patrons/patrons' },
  { permission: 'imports.use', key: 'imports', icon: 'down', path: '/admin/imports/imports' },
  { permission: 'patrons.edit', key: 'groups', icon: 'person', path: '/admin/groups/groups' },
  { permission: 'rules.edit', key: 'rules', icon: 'rules', path: '/admin/rules/rules' },
  { permission: 'staff.invite', key: 'staff', icon: 'person', path: '/admin/staff/staff' },
  {
    permission: 'departments.edit',
    key: 'departments',
    icon: 'desk',
    path: '/admin/departments/departments',
  },
  { permission: 'roster.edit', key: 'roster', icon: 'calendar', path: '/admin/roster/roster' },
  { permission: 'health.read', key: 'health', icon: 'info', path: '/admin/health/health' },
  { permission: 'staff.invite', key: 'invite', icon: 'invite', path: '/admin/invite/invite' },
  { permission: 'seats.codes', key: 'codes', icon: 'code', path: '/admin/codes/codes' },
  { permission: 'audit.read', key: 'audit', icon: 'rules', path: '/admin/audit/audit' },
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
