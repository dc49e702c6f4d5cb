import { me, onMe, signedOutByChoice, tokenNow } from './session';

const OWNER = 'owner';

/** Who this phone was last signed in as: known before the server has answered, also without network. */
let owner: string = wx.getStorageSync(OWNER) || '';

function noteOwner(id: string | null): void {
  if (id === null || id === owner) return;
  owner = id;
  wx.setStorageSync(OWNER, id);
}

noteOwner(me().id);
onMe(({ id }) => noteOwner(id));

/** Whose things may be shown now: '' for a guest. A session that ended by itself makes nobody a guest. */
export function ownerNow(): string {
  return tokenNow() || !signedOutByChoice() ? owner : '';
}

/** Storage of one kind of thing, apart for each person who uses this phone. */
export function ownStorage<T>(name: string, empty: () => T) {
  const key = () => `${name}:${ownerNow()}`;
  return {
    read(): T {
      return ownerNow() ? (wx.getStorageSync(key()) as T | '') || empty() : empty();
    },
    write(value: T): void {
      if (ownerNow()) wx.setStorageSync(key(), value);
    },
  };
}
