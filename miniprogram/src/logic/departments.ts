import type { Department } from '../api/types';
import { departmentWords } from '../words/departments';

/** How a department is called where closed ones are listed as well. */
export function departmentName({ name, closed }: Department): string {
  return closed ? `${name}（${departmentWords.closed}）` : name;
}
