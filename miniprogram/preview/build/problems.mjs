// What is wrong with the mini-program, collected over a whole build so that one run names every place.

import path from 'node:path';

/** @typedef {{ file: string, line?: number, column?: number, message: string }} Problem */

export class Problems {
  /** @type {Problem[]} */
  list = [];

  /** @param {string} file absolute @param {string} message @param {{ line?: number, column?: number }} [at] lines and columns count from 1 */
  add(file, message, at = {}) {
    if (!this.list.some((p) => p.file === file && p.line === at.line && p.message === message)) {
      this.list.push({ file, message, ...at });
    }
  }

  get any() {
    return this.list.length > 0;
  }

  /** One line per problem, in the form editors make clickable: `path:line:column message`. */
  toString() {
    return this.list
      .map(({ file, line, column, message }) => {
        const place = line ? `:${line}${column ? `:${column}` : ''}` : '';
        return `${path.relative(process.cwd(), file)}${place} ${message}`;
      })
      .join('\n');
  }
}

/** The line and column, from 1, of an offset in a text. @param {string} text @param {number} offset */
export function positionAt(text, offset) {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before[before.length - 1].length + 1 };
}
