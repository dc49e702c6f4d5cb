type Listener = (online: boolean) => void;

const listeners = new Set<Listener>();
let online = true;

function tell(now: boolean): void {
  if (now === online) return;
  online = now;
  listeners.forEach((listener) => listener(now));
}

/** Whether the server could be reached when last tried. */
export function isOnline(): boolean {
  return online;
}

/** Calls the listener at each change, until the returned function is called. */
export function onOnline(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function noteReached(): void {
  tell(true);
}

export function noteUnreached(): void {
  tell(false);
}

/** Follows the phone's own word about its network; called once, when the app starts. */
export function followNetwork(): void {
  wx.onNetworkStatusChange(({ isConnected }) => tell(isConnected));
}
