/** socket.io's client over wx.connectSocket, built by `make client`. */
declare module 'wenjin-socket' {
  type Listener = (...values: never[]) => void;

  export interface Socket {
    readonly connected: boolean;
    /** Whether it tries again by itself. */
    readonly active: boolean;
    /** What tries again: the delay before the first attempt, and by which part of it chance moves it. */
    readonly io: { reconnectionDelay(ms: number): unknown; randomizationFactor(part: number): unknown };
    connect(): Socket;
    disconnect(): Socket;
    on(event: string, listener: Listener): Socket;
    emit(event: string, ...values: unknown[]): Socket;
    timeout(ms: number): Socket;
  }

  /** Without a url the socket goes to the origin that served the client. */
  export function io(url: string | undefined, options: Record<string, unknown>): Socket;
}
