// wx.request, wx.downloadFile, the turns of wx.uploadFile, and wx.connectSocket. Refuse: a sixth open socket, anything while offline or in the background; the eleventh request waits.
// A URL that begins with "/" means this page's own server; on a phone the pages name the whole address.

import { forProgram, networkType, on, settings } from '../settings.js';
import { Refusal, call, calls } from './api.js';

const MAX_REQUESTS = 10;
const MAX_SOCKETS = 5;
export const TIMEOUT_MS = 60_000;
/** How long WeChat lets a mini-program run in the background. */
const BACKGROUND_MS = 5_000;

let running = 0;
/** @type {(() => void)[]} */
const waiting = [];
/** @type {Set<WebSocket>} */
const sockets = new Set();
/** @type {Set<AbortController>} */
const unfinished = new Set();
let suspension;

async function turn() {
  if (running >= MAX_REQUESTS) await new Promise((resolve) => waiting.push(resolve));
  else running += 1;
}

function nextTurn() {
  const next = waiting.shift();
  if (next) next();
  else running -= 1;
}

function request(options) {
  const abort = new AbortController();
  const answer = call('request', () => send(options, abort))(options);
  const task = {
    abort: () => abort.abort(new Refusal('abort')),
    onHeadersReceived() {},
    offHeadersReceived() {},
    onChunkReceived() {},
    offChunkReceived() {},
  };
  return answer ? Object.assign(answer, task) : task;
}

/** Runs a transfer when it is its turn, unless there is no network. @param {() => Promise<any>} transfer */
export async function inTurn(transfer) {
  await turn();
  try {
    if (!settings.online) throw new Refusal('net::ERR_INTERNET_DISCONNECTED', { errno: 600001 });
    if (suspended) throw new Refusal('interrupted', { errno: 600003 });
    return await transfer();
  } finally {
    nextTurn();
  }
}

async function send(options, abort) {
  await turn();
  unfinished.add(abort);
  const timer = setTimeout(
    () => abort.abort(new Refusal('timeout', { errno: 5 })),
    options.timeout ?? TIMEOUT_MS,
  );
  try {
    if (!settings.online) throw new Refusal('net::ERR_INTERNET_DISCONNECTED', { errno: 600001 });
    if (suspended) throw new Refusal('interrupted', { errno: 600003 });
    abort.signal.throwIfAborted();
    return await exchange(options, abort.signal);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(error.message, { errno: 600001 });
  } finally {
    clearTimeout(timer);
    unfinished.delete(abort);
    nextTurn();
  }
}

/** Whatever the status is, there is a file: what it holds is for the page to judge. */
async function downloadFile(options) {
  const answer = await send(
    { ...options, dataType: 'none', responseType: 'arraybuffer' },
    new AbortController(),
  );
  const file = new Blob([answer.data], { type: answer.header['content-type'] });
  return { tempFilePath: URL.createObjectURL(file), statusCode: answer.statusCode };
}

async function exchange(
  { url, method = 'GET', header = {}, data, dataType = 'json', responseType = 'text' },
  signal,
) {
  const headers = new Headers({ 'content-type': 'application/json', ...header });
  const target = new URL(url, location.origin);
  const bodyless = /^(GET|HEAD|OPTIONS)$/i.test(method);
  if (bodyless) {
    headers.delete('content-type');
    for (const [name, value] of Object.entries(data ?? {})) target.searchParams.append(name, String(value));
  }
  const body = bodyless ? undefined : encode(data, headers.get('content-type'));
  const response = await fetch(target, {
    method: method.toUpperCase(),
    headers,
    body,
    signal,
    credentials: 'omit',
    cache: 'no-store',
  });
  const content = responseType === 'arraybuffer' ? await response.arrayBuffer() : await response.text();
  return {
    data: dataType === 'json' ? parsed(content) : content,
    statusCode: response.status,
    header: Object.fromEntries(response.headers),
    cookies: [],
  };
}

function encode(data, type) {
  if (data === undefined || typeof data === 'string' || data instanceof ArrayBuffer) return data;
  return type?.includes('x-www-form-urlencoded')
    ? new URLSearchParams(data).toString()
    : JSON.stringify(data);
}

/** WeChat hands over JSON as a value and anything else as text. */
function parsed(content) {
  if (typeof content !== 'string') return content;
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
}

/** Not a promise: it returns a SocketTask at once, also for a connection that is going to fail. */
function connectSocket({ url, protocols, header, success, fail, complete }) {
  const heard = { open: [], message: [], error: [], close: [] };
  const tell = (name, event) => heard[name].forEach((listener) => listener(event));
  const task = {
    readyState: 0,
    onOpen: (f) => heard.open.push(f),
    onMessage: (f) => heard.message.push(f),
    onError: (f) => heard.error.push(f),
    onClose: (f) => heard.close.push(f),
    send: call('sendSocketMessage', () => {
      throw new Refusal('SocketTask.readyState is not OPEN');
    }),
    close: call('closeSocket', () => {}),
  };
  const refuse = (errMsg) => {
    setTimeout(() => {
      fail?.({ errMsg: `connectSocket:fail ${errMsg}` });
      complete?.({ errMsg: `connectSocket:fail ${errMsg}` });
      task.readyState = 3;
      tell('error', { errMsg: `connectSocket:fail ${errMsg}` });
      tell('close', { code: 1006, reason: errMsg });
    });
    return task;
  };
  if (sockets.size >= MAX_SOCKETS) return refuse('exceed max socket connection count 5');
  if (!settings.online) return refuse('net::ERR_INTERNET_DISCONNECTED');
  if (suspended) return refuse('interrupted');
  if (header)
    console.warn('connectSocket: a browser cannot send `header`; put the token into the first message');
  const address = new URL(url, location.origin);
  address.protocol = address.protocol.replace(/^http/, 'ws');
  const socket = new WebSocket(address, protocols ?? []);
  attach(task, socket, tell);
  setTimeout(() => {
    success?.({ errMsg: 'connectSocket:ok' });
    complete?.({ errMsg: 'connectSocket:ok' });
  });
  return task;
}

function attach(task, socket, tell) {
  sockets.add(socket);
  socket.binaryType = 'arraybuffer';
  const closed = (code, reason) => {
    if (!sockets.delete(socket)) return;
    task.readyState = 3;
    tell('close', { code, reason });
  };
  socket.cutOff = () => {
    socket.close();
    tell('error', { errMsg: 'connectSocket:fail interrupted' });
    closed(1006, 'interrupted');
  };
  socket.onopen = () => {
    task.readyState = 1;
    tell('open', { header: {} });
  };
  socket.onmessage = ({ data }) => sockets.has(socket) && tell('message', { data });
  socket.onerror = () => sockets.has(socket) && tell('error', { errMsg: 'connectSocket:fail' });
  socket.onclose = ({ code, reason }) => closed(code, reason);
  task.send = call('sendSocketMessage', ({ data }) => {
    if (task.readyState !== 1) throw new Refusal('SocketTask.readyState is not OPEN');
    socket.send(data);
  });
  task.close = call('closeSocket', ({ code = 1000, reason = '' }) => {
    task.readyState = 2;
    socket.close(code, reason);
  });
}

let suspended = false;

function interrupt() {
  for (const socket of [...sockets]) socket.cutOff();
  for (const abort of [...unfinished]) abort.abort(new Refusal('interrupted', { errno: 600003 }));
}

/** The mini-program went to the background: after 5 s WeChat stops it. */
export function closeSocketsSoon() {
  clearTimeout(suspension);
  suspension = setTimeout(() => {
    suspended = true;
    interrupt();
  }, BACKGROUND_MS);
}

export function keepSockets() {
  clearTimeout(suspension);
  suspended = false;
}

on('network', ({ isConnected }) => {
  if (!isConnected) interrupt();
});

const status = forProgram('network');

export const network = {
  request,
  connectSocket,
  ...calls({
    downloadFile,
    getNetworkType: () => ({
      networkType: networkType(),
      signalStrength: 90,
      hasSystemProxy: false,
      weakNet: false,
    }),
  }),
  onNetworkStatusChange: status.on,
  offNetworkStatusChange: status.off,
};
