import { apiBase, clientVersion } from '../config';
import { ApiError, errorOf } from './http';
import { ensureSignedIn, tokenNow } from './session';
import { common } from '../words/common';
import { importWords as w } from '../words/imports';
import { lookReasons } from '../words/patrons';

/** A table that the person chooses from a conversation; null when they turn back. */
export async function chooseTable(): Promise<WechatMiniprogram.ChooseFile | null> {
  try {
    const { tempFiles } = await wx.chooseMessageFile({
      count: 1,
      type: 'file',
      extension: ['csv', 'txt', 'xlsx'],
    });
    return tempFiles[0] ?? null;
  } catch {
    return null;
  }
}

function download(path: string): Promise<WechatMiniprogram.DownloadFileSuccessCallbackResult> {
  return new Promise((resolve, reject) => {
    wx.downloadFile({
      url: apiBase + path,
      timeout: 60_000,
      header: { 'X-Client-Version': clientVersion, Authorization: `Bearer ${tokenNow()}` },
      success: resolve,
      fail: () => reject(new ApiError('offline', common.offline)),
    });
  });
}

/** Fetches a worksheet and opens it, from where it can be sent on or saved. Raises ApiError. */
export async function openTable(path: string): Promise<void> {
  await ensureSignedIn();
  const { statusCode, tempFilePath } = await download(path);
  // A refusal is a file as well, whose words nobody would read.
  if (statusCode !== 200) throw errorOf(null, statusCode, '');
  await new Promise<void>((resolve, reject) => {
    wx.openDocument({
      filePath: tempFilePath,
      fileType: 'xlsx',
      showMenu: true,
      success: () => resolve(),
      fail: () => reject(new ApiError('no_file', w.notOpened)),
    });
  });
}

/** Asks why a table is taken out, and opens it; nothing happens when the question is put away. Raises ApiError. */
export async function exportTable(path: string, onBegin: () => void): Promise<void> {
  const itemList = lookReasons.map(({ name }) => name);
  const chosen = await wx.showActionSheet({ itemList }).catch(() => null);
  if (!chosen) return;
  onBegin();
  await openTable(`${path}${path.includes('?') ? '&' : '?'}reason=${lookReasons[chosen.tapIndex]!.reason}`);
}
