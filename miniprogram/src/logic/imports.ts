import type { ImportField, ImportRun, ImportTarget } from '../api/types';

const NEEDS: [ImportTarget, string][] = [
  ['cards', 'patrons.import'],
  ['articles', 'articles.edit'],
];

/** What somebody with these permissions imports. */
export function targetsOf(permissions: readonly string[]): ImportTarget[] {
  return NEEDS.flatMap(([target, permission]) => (permissions.includes(permission) ? [target] : []));
}

const WORKING = ['reading', 'checking', 'applying', 'undoing'];

/** Whether the server is at work on it, so that it should be looked at again. */
export function isWorking({ state }: Pick<ImportRun, 'state'>): boolean {
  return WORKING.includes(state);
}

/** Whether its rows are judged, so that there is something to say about them. */
export function isJudged({ state }: Pick<ImportRun, 'state'>): boolean {
  return !['reading', 'mapping', 'checking', 'failed'].includes(state);
}

/** The fields after one of them got another column, or none; a column holds one field. */
export function withColumn(fields: ImportField[], field: string, column: number | null): ImportField[] {
  return fields.map((one) => {
    if (one.field === field) return { ...one, column };
    return column !== null && one.column === column ? { ...one, column: null } : one;
  });
}

/** What the server is told of the fields that have a column. */
export function mappingOf(fields: ImportField[]): { field: string; column: number }[] {
  return fields.flatMap(({ field, column }) => (column === null ? [] : [{ field, column }]));
}

export function isComplete(fields: ImportField[]): boolean {
  return fields.every(({ needed, column }) => !needed || column !== null);
}
