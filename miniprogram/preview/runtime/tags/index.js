import { TAG_NAMES } from '../../build/tag-names.mjs';
import { complete } from './base.js';
import { fields } from './fields.js';
import { media } from './media.js';
import { picker } from './picker.js';
import { plain } from './plain.js';
import { scroll } from './scroll.js';

const specs = { ...plain, ...fields, ...media, ...picker, ...scroll };

/** Every built-in tag, ready for the engine. @type {Record<string, import("./base.js").Tag>} */
export const tags = Object.fromEntries(TAG_NAMES.map((name) => [name, complete(specs[name])]));
