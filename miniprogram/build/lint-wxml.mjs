// Checks every template of the mini-program: `node lint-wxml.mjs [--src folder]`. Prints `path:line:column message`.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readProgram } from '../preview/build/program.mjs';
import { compileTemplates } from '../preview/build/templates.mjs';
import { checkHandlers } from '../preview/build/wxml-rules.mjs';

/**
 * @param {string} src the folder WeChat loads
 * @returns {import("../preview/build/problems.mjs").Problems}
 */
export function lintTemplates(src) {
  const program = readProgram(src);
  compileTemplates(program);
  for (const id of program.parts.keys()) {
    if (!id.includes('miniprogram_npm/')) checkHandlers(program, id);
  }
  return program.problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { src: { type: 'string', default: fileURLToPath(new URL('../src', import.meta.url)) } },
  });
  const problems = lintTemplates(path.resolve(values.src));
  if (problems.any) {
    console.error(String(problems));
    process.exit(1);
  }
}
