// Reads the JSON side of a mini-program: which pages it has, which components they need, what WeChat would refuse.

import fs from 'node:fs';
import path from 'node:path';
import { Problems, positionAt } from './problems.mjs';

/**
 * A page or component. `id` is its path below the root without an extension ("pages/home/index");
 * `json.usingComponents` holds absolute ids once `readProgram` is done.
 * @typedef {{ id: string, isPage: boolean, json: any }} Part
 * @typedef {{ root: string, app: any, theme: any, pages: string[], parts: Map<string, Part>, problems: Problems }} Program
 */

const TAB_ICON_BYTES = 40 * 1024;

/**
 * Everything reachable from app.json. Never throws for a faulty program: the faults are in `problems`.
 * @param {string} root the folder WeChat calls miniprogramRoot
 * @returns {Program}
 */
export function readProgram(root) {
  const problems = new Problems();
  const app = readJson(path.join(root, 'app.json'), problems) ?? { pages: [] };
  const theme = app.themeLocation ? readJson(path.join(root, app.themeLocation), problems) : null;
  const subpackages = app.subPackages ?? app.subpackages ?? [];
  const ofSubpackages = subpackages.flatMap((sub) =>
    (sub.pages ?? []).map((page) => path.posix.join(sub.root, page)),
  );
  const program = {
    root,
    app,
    theme: theme ?? { light: {}, dark: {} },
    pages: [...(app.pages ?? []), ...ofSubpackages],
    parts: new Map(),
    problems,
  };
  app.usingComponents = resolveAll(program, app.usingComponents, 'app');
  for (const page of program.pages) visit(program, page, true);
  checkTabBar(program);
  return program;
}

/** The absolute file of a part. @param {Program} program @param {string} id @param {string} ext with the dot */
export function fileOf(program, id, ext) {
  return path.join(program.root, id + ext);
}

/** The part's code, TypeScript first; undefined when it has none. @param {Program} program @param {string} id */
export function codeOf(program, id) {
  return ['.ts', '.js'].map((ext) => fileOf(program, id, ext)).find((file) => fs.existsSync(file));
}

/** @param {Program} program @param {string} id @param {boolean} isPage */
function visit(program, id, isPage) {
  if (program.parts.has(id)) return;
  const { problems } = program;
  const file = fileOf(program, id, '.json');
  if (isPage && !fs.existsSync(fileOf(program, id, '.wxml')) && !codeOf(program, id)) {
    return reportAppJson(program, `page ${id} does not exist`, id);
  }
  const json = readJson(file, problems, false) ?? {};
  if (!isPage && !json.component) problems.add(file, 'a component says "component": true');
  if (!fs.existsSync(fileOf(program, id, '.wxml')))
    return problems.add(fileOf(program, id, '.wxml'), 'is missing');
  if (!codeOf(program, id)) return problems.add(fileOf(program, id, '.ts'), 'is missing');
  program.parts.set(id, { id, isPage, json });
  const own = resolveAll(program, json.usingComponents, id);
  // npm parts bring all they use; app-wide components reach only the program's own pages and components
  json.usingComponents = id.includes('miniprogram_npm/') ? own : { ...program.app.usingComponents, ...own };
  for (const target of Object.values(json.usingComponents)) visit(program, target.slice(1), false);
  for (const [name, generic] of Object.entries(json.componentGenerics ?? {})) {
    if (!generic?.default) continue;
    const target = resolvePart(program, generic.default, id);
    if (!target) continue;
    json.componentGenerics[name] = { default: `/${target}` };
    visit(program, target, false);
  }
}

/** @param {Program} program @param {Record<string, string> | undefined} using @param {string} from */
function resolveAll(program, using, from) {
  /** @type {Record<string, string>} */
  const resolved = {};
  for (const [tag, ref] of Object.entries(using ?? {})) {
    const id = resolvePart(program, ref, from);
    if (id) resolved[tag] = `/${id}`;
    else reportMissing(program, tag, ref, from);
  }
  return resolved;
}

/**
 * WeChat's order: absolute, then beside the file, then miniprogram_npm of this folder and each folder above it.
 * @param {Program} program @param {string} ref @param {string} from
 */
function resolvePart(program, ref, from) {
  const exists = (id) => fs.existsSync(fileOf(program, id, '.json'));
  const candidates = [];
  if (ref.startsWith('/')) candidates.push(ref.slice(1));
  else {
    let folder = path.posix.dirname(from);
    candidates.push(path.posix.join(folder, ref));
    for (; ; folder = path.posix.dirname(folder)) {
      candidates.push(path.posix.join(folder, 'miniprogram_npm', ref));
      if (folder === '.') break;
    }
  }
  return candidates.flatMap((id) => [id, `${id}/index`]).find(exists);
}

/** @param {Program} program @param {string} message @param {string} id */
function reportAppJson(program, message, id) {
  const file = path.join(program.root, 'app.json');
  const text = fs.readFileSync(file, 'utf8');
  const found = text.indexOf(`"${id}"`);
  const offset = found >= 0 ? found : text.indexOf(`"${id.split('/').slice(1).join('/')}"`);
  program.problems.add(file, message, positionAt(text, Math.max(0, offset)));
}

/** @param {Program} program @param {string} tag @param {string} ref @param {string} from */
function reportMissing(program, tag, ref, from) {
  const file = fileOf(program, from, '.json');
  const text = fs.readFileSync(file, 'utf8');
  const hint = /^[./]/.test(ref) ? '' : ' (npm parts are built by `make client`)';
  program.problems.add(
    file,
    `<${tag}>: no component at "${ref}"${hint}`,
    positionAt(text, text.indexOf(`"${tag}"`)),
  );
}

/** Refusals of WeChat's upload check: 2 to 5 tabs, all in the main package, icons as small bitmaps. @param {Program} program */
function checkTabBar({ app, theme, root, problems }) {
  if (!app.tabBar) return;
  const file = path.join(root, 'app.json');
  const tabs = app.tabBar.list ?? [];
  if (tabs.length < 2 || tabs.length > 5)
    problems.add(file, `tabBar has ${tabs.length} tabs; WeChat takes 2 to 5`);
  for (const tab of tabs) {
    if (!app.pages.includes(tab.pagePath)) {
      problems.add(file, `tab page ${tab.pagePath} is not among the pages of the main package`);
    }
    for (const icon of [tab.iconPath, tab.selectedIconPath].filter(Boolean)) {
      const files = icon.startsWith('@')
        ? [theme.light?.[icon.slice(1)], theme.dark?.[icon.slice(1)]]
        : [icon];
      for (const name of files) checkTabIcon(root, name ?? icon, file, problems);
    }
  }
}

/** @param {string} root @param {string} name @param {string} appFile @param {Problems} problems */
function checkTabIcon(root, name, appFile, problems) {
  const file = path.join(root, name);
  if (!fs.existsSync(file)) return problems.add(appFile, `tab icon ${name} does not exist`);
  if (!/\.(png|jpe?g)$/i.test(name))
    problems.add(appFile, `tab icon ${name}: WeChat takes PNG and JPEG only`);
  if (fs.statSync(file).size > TAB_ICON_BYTES) problems.add(appFile, `tab icon ${name} is larger than 40 KB`);
}

/** @param {string} file @param {Problems} problems @param {boolean} [needed] */
function readJson(file, problems, needed = true) {
  if (!fs.existsSync(file)) {
    if (needed) problems.add(file, 'is missing');
    return null;
  }
  const text = fs.readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = Number(/position (\d+)/.exec(error.message)?.[1] ?? 0);
    problems.add(file, error.message, positionAt(text, offset));
    return null;
  }
}
