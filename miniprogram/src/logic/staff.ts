/** The staff pages, each with the permission it needs, its path in the package `admin` and its icon. */
const PAGES = [
  { permission: 'announcement.edit', key: 'announcement', icon: 'announce' },
  { permission: 'rules.edit', key: 'rules', icon: 'rules' },
  { permission: 'staff.invite', key: 'invite', icon: 'invite' },
  { permission: 'seats.codes', key: 'codes', icon: 'code' },
] as const;

export type StaffPage = (typeof PAGES)[number];

export function staffPages(permissions: readonly string[]): StaffPage[] {
  return PAGES.filter(({ permission }) => permissions.includes(permission));
}
