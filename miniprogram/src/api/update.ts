export type Update = 'waiting' | 'ready' | 'failed';

const PAGE = 'pages/update/update';

const listeners = new Set<(update: Update) => void>();
let update: Update = 'waiting';

function tell(now: Update): void {
  update = now;
  listeners.forEach((listener) => listener(now));
}

/** How far WeChat is with the newer version: it is not `ready` until WeChat has fetched it. */
export function updateNow(): Update {
  return update;
}

/** Calls the listener at each change, until the returned function is called. */
export function onUpdate(listener: (update: Update) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Follows WeChat, which looks for a newer version at each start; called once, when the app starts. */
export function followUpdates(): void {
  const manager = wx.getUpdateManager();
  manager.onUpdateReady(() => tell('ready'));
  manager.onUpdateFailed(() => tell('failed'));
}

/** Starts the mini-program anew in the version that is ready. */
export function applyUpdate(): void {
  wx.getUpdateManager().applyUpdate();
}

export function updateIsDemanded(): boolean {
  return getCurrentPages().some(({ route }) => route === PAGE);
}

/** The server does not talk to this version any more: nothing but the page that says so is of use. */
export function demandUpdate(): void {
  if (!updateIsDemanded()) void wx.reLaunch({ url: `/${PAGE}` });
}
