// The development site of `make preview`: the built files, reload on change, everything else from the real server.

import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.wav': 'audio/wav',
  '.map': 'application/json',
};
const RELOAD = '<script>new EventSource("/preview-changes").onmessage = () => location.reload()</script>';

/**
 * @param {string} out the built preview @param {number} port @param {URL} server where /api, /sim and the sockets are
 * @returns {{ reload: () => void }}
 */
export function serve(out, port, server) {
  /** @type {Set<http.ServerResponse>} */
  const watchers = new Set();
  const site = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://preview');
    if (pathname === '/preview-changes') return watchChanges(response, watchers);
    if (pathname === '/') return void response.writeHead(302, { location: '/preview/' }).end();
    if (pathname.startsWith('/preview/')) return sendFile(out, pathname.slice('/preview/'.length), response);
    forward(server, request, response);
  });
  site.on('upgrade', (request, socket, head) => forwardUpgrade(server, request, socket, head));
  site.on('error', (error) => {
    console.error(
      error.code === 'EADDRINUSE' ? `port ${port} is taken: choose another with --port` : error.message,
    );
    process.exit(1);
  });
  site.listen(port, '127.0.0.1', () =>
    console.log(`preview: http://127.0.0.1:${port}/preview/ (server: ${server.origin})`),
  );
  return { reload: () => watchers.forEach((response) => response.write('data: built\n\n')) };
}

function watchChanges(response, watchers) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('\n');
  watchers.add(response);
  response.on('close', () => watchers.delete(response));
}

function sendFile(out, name, response) {
  const file = path.join(out, path.normalize(`/${decodeURIComponent(name) || 'index.html'}`));
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile())
    return response.writeHead(404).end('not found');
  let body = fs.readFileSync(file);
  if (file.endsWith('index.html')) body = body.toString().replace('</body>', `${RELOAD}</body>`);
  response.writeHead(200, {
    'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
    'cache-control': 'no-store',
  });
  response.end(body);
}

function forward(server, request, response) {
  const options = {
    host: server.hostname,
    port: server.port,
    path: request.url,
    method: request.method,
    headers: request.headers,
  };
  const onward = http.request(options, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', (error) => {
    if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' });
    response.end(`the server at ${server.origin} does not answer: ${error.message}`);
  });
  request.pipe(onward);
}

/** A WebSocket is handed over byte for byte after its request head. */
function forwardUpgrade(server, request, socket, head) {
  const onward = net.connect(Number(server.port), server.hostname, () => {
    const headers = [];
    for (let i = 0; i < request.rawHeaders.length; i += 2)
      headers.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  onward.on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
}
