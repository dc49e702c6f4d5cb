// Takes over the TDesign components that the program uses, with all that they reach, and nothing else.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { iconSheet } from './tdesign-icons.mjs';

const PACKAGE = path.dirname(createRequire(import.meta.url).resolve('tdesign-miniprogram/package.json'));
const DIST = path.join(PACKAGE, 'miniprogram_dist');
const NAME = 'tdesign-miniprogram/';
const COMPONENT_FILES = ['.json', '.wxml', '.wxss', '.js'];

/** How each kind of file names another one. */
const REFERENCES = {
  '.js': [/\bfrom\s*["']([^"']+)["']/g, /\bimport\s*["']([^"']+)["']/g, /\brequire\(["']([^"']+)["']\)/g],
  '.wxml': [/<(?:wxs|import|include)\b[^>]*\bsrc="([^"]+)"/g],
  '.wxs': [/\brequire\(["']([^"']+)["']\)/g],
  '.wxss': [/@import\s*(?:url\()?["']([^"']+)["']/g],
};

/**
 * @param {string[]} sources files of the program
 * @returns {string[]} paths below the package, such as "button/button"
 */
export function usedComponents(sources) {
  const used = new Set();
  for (const file of sources.filter((name) => name.endsWith('.json'))) {
    const { usingComponents } = JSON.parse(fs.readFileSync(file, 'utf8'));
    for (const ref of Object.values(usingComponents ?? {}))
      if (ref.startsWith(NAME)) used.add(ref.slice(NAME.length));
  }
  return [...used].sort();
}

/** @param {string} out @param {string[]} sources */
export function copyTDesign(out, sources) {
  const components = usedComponents(sources);
  if (components.length === 0) return;
  const files = new Set();
  for (const component of components) takeComponent(component, files);
  const iconFile = path.join(DIST, 'icon/icon.wxss');
  const texts = [...sources, ...files].filter((file) => /\.(wxml|ts|js|wxs)$/.test(file));
  for (const file of files) {
    const target = path.join(out, path.relative(DIST, file));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    if (file === iconFile) fs.writeFileSync(target, iconSheet(fs.readFileSync(file, 'utf8'), texts));
    else fs.copyFileSync(file, target);
  }
  fs.copyFileSync(path.join(PACKAGE, 'LICENSE'), path.join(out, 'LICENSE'));
}

/** @param {string} component path below the package @param {Set<string>} files */
function takeComponent(component, files) {
  const stem = path.join(DIST, component);
  if (!fs.existsSync(`${stem}.json`)) throw new Error(`TDesign has no component ${component}`);
  if (files.has(`${stem}.json`)) return;
  for (const ext of COMPONENT_FILES) if (fs.existsSync(stem + ext)) takeFile(stem + ext, files);
  const { usingComponents } = JSON.parse(fs.readFileSync(`${stem}.json`, 'utf8'));
  for (const ref of Object.values(usingComponents ?? {})) {
    takeComponent(path.relative(DIST, path.resolve(path.dirname(stem), ref)), files);
  }
}

function takeFile(file, files) {
  if (files.has(file)) return;
  files.add(file);
  const ext = path.extname(file);
  const text = fs.readFileSync(file, 'utf8');
  for (const pattern of REFERENCES[ext] ?? []) {
    for (const [, ref] of text.matchAll(pattern)) {
      const target = locate(ref, file, ext);
      if (target) takeFile(target, files);
      else if (ext !== '.wxss')
        throw new Error(`${path.relative(PACKAGE, file)} needs ${ref}, which is not there`);
    }
  }
}

/** Relative, or one of the modules TDesign brings along. */
function locate(ref, file, ext) {
  const stem = ref.startsWith('.')
    ? path.resolve(path.dirname(file), ref)
    : path.join(DIST, 'miniprogram_npm', ref);
  return [stem, stem + ext, path.join(stem, `index${ext}`)].find((name) =>
    fs.statSync(name, { throwIfNoEntry: false })?.isFile(),
  );
}
