import type { Helping } from './types';
import { request } from './request';
import { me } from './session';

/** Who acts for the person, and for whom they act; nobody for a guest or who may not help. Raises ApiError. */
export async function helping(): Promise<Helping> {
  if (!me().permissions.includes('helpers.own')) return { helpers: [], helped: [] };
  return request<Helping>('GET', '/api/me/helpers');
}

/** The same page or question for somebody for whom the person acts; '' is oneself. */
export function forQuery(forId: string): string {
  return forId ? `for_reader_id=${forId}` : '';
}

/** What a request says beside when it is for somebody else. */
export function forBody(forId: string): { for_reader_id?: string } {
  return forId ? { for_reader_id: forId } : {};
}
