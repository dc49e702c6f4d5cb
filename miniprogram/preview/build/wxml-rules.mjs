// What the template compiler lets pass and WeChat does not: unknown tags, handlers that no code defines.

import fs from 'node:fs';
import path from 'node:path';
import { codeOf, fileOf } from './program.mjs';
import { positionAt } from './problems.mjs';
import { TAG_NAMES } from './tag-names.mjs';

/** Tags of the template language itself. */
const LANGUAGE_TAGS = ['block', 'template', 'import', 'include', 'wxs', 'slot'];
const TAG = /<([a-zA-Z][\w-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/g;
const HANDLER =
  /\b(?:bind|catch|mut-bind|capture-bind|capture-catch):?[\w-]+\s*=\s*(?:"([^"{}]+)"|'([^'{}]+)')/g;

/** A tag must be built in or named in usingComponents. @param {import("./program.mjs").Program} program @param {string} id */
export function checkTags(program, id) {
  const file = fileOf(program, id, '.wxml');
  const { json } = program.parts.get(id);
  const known = new Set([
    ...TAG_NAMES,
    ...LANGUAGE_TAGS,
    ...Object.keys(json.usingComponents),
    ...Object.keys(json.componentGenerics ?? {}),
  ]);
  const source = readTemplate(file);
  for (const { 1: tag, index } of source.matchAll(TAG)) {
    if (!known.has(tag))
      program.problems.add(
        file,
        `<${tag}> is neither a tag of WeChat nor in usingComponents`,
        positionAt(source, index),
      );
  }
}

/** A handler must occur in the part's code, or in a module that its code imports (a behavior). @param {import("./program.mjs").Program} program @param {string} id */
export function checkHandlers(program, id) {
  const file = fileOf(program, id, '.wxml');
  const code = codeWithImports(codeOf(program, id));
  const source = readTemplate(file);
  for (const match of source.matchAll(HANDLER)) {
    const name = match[1] ?? match[2];
    if (new RegExp(`\\b${name}\\b`).test(code)) continue;
    program.problems.add(
      file,
      `${match[0]}: ${path.basename(codeOf(program, id))} has no method ${name}`,
      positionAt(source, match.index),
    );
  }
}

/** The template with its comments blanked, so that positions stay. */
function readTemplate(file) {
  return fs
    .readFileSync(file, 'utf8')
    .replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '));
}

function codeWithImports(file) {
  const code = fs.readFileSync(file, 'utf8');
  const imported = [...code.matchAll(/from\s+["'](\.[^"']+)["']/g)].flatMap(([, ref]) => {
    const stem = path.resolve(path.dirname(file), ref);
    return [`${stem}.ts`, `${stem}.js`].filter((name) => fs.existsSync(name));
  });
  return [code, ...imported.map((name) => fs.readFileSync(name, 'utf8'))].join('\n');
}
