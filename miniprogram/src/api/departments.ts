import { request } from './request';
import type { Department } from './types';

/** Whom one can ask, in order; the staff is told of closed ones as well. Raises ApiError. */
export async function fetchDepartments(): Promise<Department[]> {
  return (await request<{ items: Department[] }>('GET', '/api/departments')).items;
}

/** Whether something can be handed on: there is an open department, or nobody knows now. */
export async function canHandOn(): Promise<boolean> {
  try {
    return (await fetchDepartments()).some(({ closed }) => !closed);
  } catch {
    return true;
  }
}
