// wx.chooseMedia, wx.chooseMessageFile, wx.openDocument, wx.uploadFile and what the file system tells of a chosen file. A local path is the browser's own address of it,
// good until the page is left, as WeChat's temporary ones are. Refuse: a path that leads to no file, more than 20 pictures, more than 100 files, a document that WeChat does not open, no agreement.

import { h } from '../dom.js';
import { Refusal, call, calls } from './api.js';
import { authorised } from './privacy.js';
import { TIMEOUT_MS, inTurn } from './network.js';

const MAX_COUNT = 20;
const MAX_FILES = 100;
const DOCUMENTS = ['doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'pdf'];

/** @type {Map<string, File>} */
const files = new Map();

function fileAt(path) {
  const file = files.get(path);
  if (!file) throw new Refusal(`no such file or directory, open "${path}"`, { errno: 1300002 });
  return file;
}

async function chooseMedia({ count = 9, mediaType = ['image', 'video'] }) {
  if (count < 1 || count > MAX_COUNT) throw new Refusal('parameter error: count', { errno: 1001 });
  if (!mediaType.includes('image')) throw new Refusal('the preview has pictures only');
  await authorised('chooseMedia');
  const chosen = await askFiles(count, 'image/*');
  if (!chosen.length) throw new Refusal('cancel');
  return { type: 'image', tempFiles: chosen.slice(0, count).map(asTempFile) };
}

function askFiles(count, accept) {
  const input = h('input', { type: 'file', accept, multiple: count > 1, hidden: true });
  return new Promise((done) => {
    input.addEventListener('change', () => done([...input.files]));
    input.addEventListener('cancel', () => done([]));
    document.body.append(input);
    input.click();
  }).finally(() => input.remove());
}

function asTempFile(file) {
  const tempFilePath = URL.createObjectURL(file);
  files.set(tempFilePath, file);
  return { tempFilePath, size: file.size, fileType: 'image' };
}

/** The browser's own files stand for those of a conversation. `extension` narrows `type: 'file'` only. */
async function chooseMessageFile({ count, type = 'all', extension }) {
  if (!(count >= 0 && count <= MAX_FILES)) throw new Refusal('parameter error: count', { errno: 1001 });
  if (extension && type !== 'file') throw new Refusal('parameter error: extension', { errno: 1001 });
  await authorised('chooseMessageFile');
  const accept = (extension ?? []).map((ending) => `.${ending}`).join(',');
  const chosen = await askFiles(count, accept);
  if (!chosen.length) throw new Refusal('cancel');
  const tempFiles = chosen.slice(0, count).map((file) => {
    const { tempFilePath, size } = asTempFile(file);
    return { path: tempFilePath, size, name: file.name, type: 'file', time: Date.now() / 1000 };
  });
  return { tempFiles };
}

/** WeChat shows the document; the browser saves it. The path has no ending here, so its kind must be said. */
function openDocument({ filePath, fileType }) {
  if (!DOCUMENTS.includes(fileType)) throw new Refusal('filetype not supported');
  const link = h('a', { href: filePath, download: `document.${fileType}`, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}

/** As a form of one file; what the server answers stays text. */
function uploadFile(options) {
  const sending = new XMLHttpRequest();
  const listeners = new Set();
  sending.upload.addEventListener('progress', ({ loaded, total }) => {
    const told = {
      progress: Math.round((100 * loaded) / total),
      totalBytesSent: loaded,
      totalBytesExpectedToSend: total,
    };
    listeners.forEach((listener) => listener(told));
  });
  const answer = call('uploadFile', () => inTurn(() => exchange(sending, options)))(options);
  const task = {
    abort: () => sending.abort(),
    onProgressUpdate: (listener) => listeners.add(listener),
    offProgressUpdate: (listener) => listeners.delete(listener),
    onHeadersReceived() {},
    offHeadersReceived() {},
  };
  return answer ? Object.assign(answer, task) : task;
}

function exchange(sending, { url, filePath, name, header = {}, formData = {}, timeout = TIMEOUT_MS }) {
  const form = new FormData();
  for (const [key, value] of Object.entries(formData)) form.append(key, String(value));
  form.append(name, fileAt(filePath), filePath.split('/').pop());
  return new Promise((resolve, reject) => {
    const refuse = (message, errno) => () => reject(new Refusal(message, { errno }));
    sending.open('POST', new URL(url, location.origin));
    for (const [key, value] of Object.entries(header)) sending.setRequestHeader(key, value);
    sending.timeout = timeout;
    sending.onload = () => resolve({ statusCode: sending.status, data: sending.responseText });
    sending.onerror = refuse('net::ERR_CONNECTION_RESET', 600001);
    sending.ontimeout = refuse('timeout', 5);
    sending.onabort = refuse('abort');
    sending.send(form);
  });
}

const ALGORITHMS = { sha1: 'SHA-1', sha256: 'SHA-256' };

/** WeChat also knows MD5, which no browser does. */
async function getFileInfo({ filePath, digestAlgorithm = 'md5' }) {
  const algorithm = ALGORITHMS[digestAlgorithm];
  if (!algorithm) throw new Refusal(`the preview has no ${digestAlgorithm}`);
  const bytes = await fileAt(filePath).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
  return {
    size: bytes.byteLength,
    digest: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

const fileSystem = calls({ getFileInfo });

export const media = {
  ...calls({ chooseMedia, chooseMessageFile, openDocument }),
  uploadFile,
  getFileSystemManager: () => fileSystem,
};
