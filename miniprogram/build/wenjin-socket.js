/* global wx */
// socket.io-client with one transport: a WebSocket made by wx.connectSocket.

import { WebSocket as WebSocketTransport } from 'engine.io-client';
import { io as connect } from 'socket.io-client';

/** Stands for "the host that served the client"; the transport takes it off again, and `/socket.io/…` is left. */
const SAME_ORIGIN = 'https://same.invalid';

/** The part of a browser's WebSocket that the transport uses. */
class WxSocket {
  constructor(url) {
    this.task = wx.connectSocket({
      url: url.replace(/^wss:\/\/same\.invalid/, ''),
      fail: (error) => this.failed(error),
    });
    if (!this.task) return;
    this.task.onOpen((event) => this.opened(event));
    this.task.onMessage(({ data }) => this.onmessage?.({ data }));
    this.task.onError((error) => this.failed(error));
    this.task.onClose((event) => this.ended(event));
  }

  /** A close before the opening may not be heard on a phone: a socket that nobody wants would stay, and five are all. */
  opened(event) {
    if (this.unwanted) this.close();
    else this.onopen?.(event);
  }

  /** WeChat may report a failure without a close; the transport needs the close to try again. */
  failed(error) {
    if (this.done) return;
    this.onerror?.(error);
    this.ended(error);
  }

  ended(event) {
    if (this.done) return;
    this.done = true;
    this.onclose?.(event);
  }

  send(data) {
    this.task.send({ data, fail: (error) => this.failed(error) });
  }

  close(code = 1000) {
    this.unwanted = true;
    this.task?.close({ code });
  }
}

class WxTransport extends WebSocketTransport {
  createSocket(url) {
    return new WxSocket(url);
  }

  doWrite(_packet, data) {
    this.ws.send(data);
  }
}

/**
 * @param {string | undefined} url without one, the host that served the client: only the preview has such a host
 * @param {object} [options] as of socket.io-client; transports are fixed
 */
export function io(url, options) {
  return connect(url || SAME_ORIGIN, { ...options, transports: [WxTransport], upgrade: false });
}
