// WXSS to CSS: imports inlined, rpx and vh made relative to the phone, each sheet kept to its own page or component.

import fs from 'node:fs';
import path from 'node:path';
import postcss from 'postcss';
import { fileOf } from './program.mjs';
import { positionAt } from './problems.mjs';
import { TAG_NAMES } from './tag-names.mjs';
import { toPhoneUnits } from './units.mjs';

/**
 * `scope` is the class prefix of an isolated component; parts without one (pages, "shared" components) share the global names.
 * @typedef {{ sheets: Record<string, string>, scopes: Record<string, string> }} Styles
 */

/** @param {import("./program.mjs").Program} program @returns {Styles} */
export function compileStyles(program) {
  const sheets = { app: compileSheet(program, path.join(program.root, 'app.wxss'), {}) };
  const scopes = {};
  for (const { id, isPage, json } of program.parts.values()) {
    const shared = json.styleIsolation ? /^(page-)?shared$/.test(json.styleIsolation) : !json.component;
    if (!shared) scopes[id] = `s${Object.keys(scopes).length.toString(36)}`;
    const css = compileSheet(program, fileOf(program, id, '.wxss'), {
      prefix: scopes[id],
      page: isPage ? id : undefined,
    });
    if (css) sheets[id] = css;
  }
  return { sheets, scopes };
}

/**
 * @param {import("./program.mjs").Program} program @param {string} file
 * @param {{ prefix?: string, page?: string }} scope
 */
function compileSheet(program, file, scope) {
  if (!fs.existsSync(file)) return '';
  const sheet = readSheet(program, file, new Set());
  sheet.walkDecls((declaration) => {
    declaration.value = toPhoneUnits(declaration.value);
  });
  sheet.walkRules((rule) => {
    if (/keyframes$/.test(rule.parent?.name ?? '')) return;
    rule.selectors = rule.selectors.map((selector) => scopeSelector(selector, scope));
  });
  followTheme(sheet);
  return sheet.toString();
}

/** A sheet with its imports in place. @returns {postcss.Root} */
function readSheet(program, file, seen) {
  seen.add(file);
  const source = fs.readFileSync(file, 'utf8');
  let sheet;
  try {
    sheet = postcss.parse(source, { from: file });
  } catch (error) {
    program.problems.add(file, error.reason ?? error.message, { line: error.line, column: error.column });
    return postcss.root();
  }
  sheet.walkAtRules('import', (rule) => {
    const ref = rule.params.replace(/^(url\()?\s*['"]?|['"]?\s*\)?$/g, '');
    const target = ref.startsWith('/') ? path.join(program.root, ref) : path.resolve(path.dirname(file), ref);
    if (seen.has(target)) return rule.remove();
    if (fs.existsSync(target)) return rule.replaceWith(readSheet(program, target, seen));
    program.problems.add(file, `@import: no file ${ref}`, rule.source?.start);
  });
  refuseLocalImages(program, file, source);
  return sheet;
}

/** A phone shows no local files from WXSS: only data URIs and https. */
function refuseLocalImages(program, file, source) {
  for (const match of source.matchAll(/url\(\s*['"]?([^'")]*)/g)) {
    if (/^(data:|https:|$)|\.wxss$/.test(match[1])) continue;
    program.problems.add(
      file,
      `WXSS cannot load the local file ${match[1]}: use a data URI`,
      positionAt(source, match.index),
    );
  }
}

const SELECTOR_TOKEN =
  /("[^"]*"|'[^']*'|\[[^\]]*\])|\.(-?[A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]*)|#([A-Za-z_][\w-]*)|(:host)|(^|[\s>+~,(])([a-z][a-z-]*)(?=[\s>+~,.:#[)]|$)/g;

/**
 * Names of the phone's DOM: prefixed classes, suffixed ids, `wx-` tags; a page's rules bind to that page alone, at no cost in specificity.
 * @param {string} selector @param {{ prefix?: string, page?: string }} scope
 */
export function scopeSelector(selector, { prefix, page }) {
  const named = selector.replace(SELECTOR_TOKEN, (match, literal, cls, id, host, before, tag) => {
    if (literal) return match;
    if (cls) return prefix ? `.${prefix}--${cls}` : match;
    if (id) return `[id$="--${id}"]`;
    if (host) return prefix ? `[wx-host="${prefix}"]` : match;
    // any other tag with a hyphen is a custom component and keeps its name
    return `${before}${tag.includes('-') && !TAG_NAMES.includes(tag) ? tag : `wx-${tag}`}`;
  });
  return page ? `:where([data-route="${page}"]) ${named}` : named;
}

/** Rules for the dark theme follow the theme chosen in the preview, not the browser's. @param {postcss.Root} sheet */
function followTheme(sheet) {
  sheet.walkAtRules('media', (media) => {
    const wanted = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/.exec(media.params);
    if (!wanted) return;
    media.walkRules((rule) => {
      rule.selectors = rule.selectors.map((selector) => `:where([data-theme="${wanted[1]}"]) ${selector}`);
    });
    const rest = media.params
      .replace(wanted[0], '')
      .replace(/^\s*and\s+|\s+and\s*$/g, '')
      .trim();
    if (rest) media.params = rest;
    else media.replaceWith(media.nodes ?? []);
  });
}
