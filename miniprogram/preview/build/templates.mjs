// WXML and WXS to JavaScript, by the compiler of WeChat's own component engine.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileOf } from './program.mjs';
import { positionAt } from './problems.mjs';
import { checkTags } from './wxml-rules.mjs';

const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler');

/** Templates of the built-in tags: those that hold other tags, and those that draw themselves. */
export const SLOT_TEMPLATE = 'preview/slot';
export const LEAF_TEMPLATE = 'preview/leaf';

/**
 * @param {import("./program.mjs").Program} program
 * @returns {string} a JavaScript expression: template path → generator
 */
export function compileTemplates(program) {
  const group = new TmplGroup();
  const seen = new Set();
  for (const id of program.parts.keys()) {
    addTemplate(program, group, id, seen);
    if (!id.includes('miniprogram_npm/')) checkTags(program, id);
  }
  group.addTmpl(SLOT_TEMPLATE, '<slot/>');
  group.addTmpl(LEAF_TEMPLATE, '');
  return group.getTmplGenObjectGroups();
}

function addTemplate(program, group, id, seen) {
  if (seen.has(id)) return;
  seen.add(id);
  const file = fileOf(program, id, '.wxml');
  if (!fs.existsSync(file)) {
    if (!program.parts.has(id)) program.problems.add(file, 'is imported, but does not exist');
    return;
  }
  for (const fault of group.addTmpl(id, fs.readFileSync(file, 'utf8')) ?? []) {
    if (!isFault(fault)) continue;
    program.problems.add(file, fault.message, { line: fault.startLine + 1, column: fault.startColumn + 1 });
  }
  for (const name of group.getInlineScriptModuleNames(id)) {
    group.setInlineScript(id, name, asJavaScript(group.getInlineScript(id, name)));
  }
  for (const other of group.getDirectDependencies(id)) addTemplate(program, group, other, seen);
  for (const script of group.getScriptDependencies(id)) addScript(program, group, script, seen);
}

function addScript(program, group, id, seen) {
  if (seen.has(`${id}.wxs`)) return;
  seen.add(`${id}.wxs`);
  const file = fileOf(program, id, '.wxs');
  if (!fs.existsSync(file)) return program.problems.add(file, 'is imported, but does not exist');
  const source = fs.readFileSync(file, 'utf8');
  for (const [, ref] of source.matchAll(/require\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    addScript(program, group, path.posix.join(path.posix.dirname(id), ref).replace(/\.wxs$/, ''), seen);
  }
  const modern = /(^|[^\w$.])(let|const|class)\s+[\w$]|=>/m.exec(stripComments(source));
  if (modern && !id.includes('miniprogram_npm/')) {
    const message = 'WXS knows ECMAScript 5 only: no let, const, class or arrow functions';
    program.problems.add(file, message, positionAt(source, source.indexOf(modern[0].trim())));
  }
  group.addScript(id, asJavaScript(source));
}

/**
 * Warnings of the compiler that are harmless are left out: a level below "error" never stops WeChat either.
 * An unclosed tag is only a warning to the compiler, but WeChat refuses it.
 * @param {{ isError: boolean, message: string }} fault
 */
export function isFault(fault) {
  return fault.isError || fault.message === 'missing end tag';
}

/** WXS differs from JavaScript where it hurts: `x.constructor` is a string there, and `require` keeps its extension. */
function asJavaScript(wxs) {
  return wxs
    .replace(/([\w$]+(?:\.[\w$]+|\[[^\]]+\])*)\.constructor\b/g, 'wxsConstructorName($1)')
    .replace(/(require\(\s*['"][^'"]+)\.wxs(['"]\s*\))/g, '$1$2');
}

function stripComments(source) {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
}
