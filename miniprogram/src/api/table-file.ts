import { apiBase, clientVersion } from '../config';
import { ApiError, errorOf } from './http';
import { ensureSignedIn, tokenNow } from './session';
import { common } from '../words/common';
import { importWords as w, tableFormats } from '../words/imports';
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

type TableFormat = 'xlsx' | 'pdf';

/** Fetches a table and opens it, from where it can be sent on or saved. Raises ApiError. */
export async function openTable(path: string, format: TableFormat = 'xlsx'): Promise<void> {
  await ensureSignedIn();
  const { statusCode, tempFilePath } = await download(
    `${path}${path.includes('?') ? '&' : '?'}format=${format}`,
  );
  // A refusal is a file as well, whose words nobody would read.
  if (statusCode !== 200) {
    const said = format === 'pdf' && w.noPdf[statusCode];
    throw said ? new ApiError('no_pdf', said) : errorOf(null, statusCode, '');
  }
  await new Promise<void>((resolve, reject) => {
    wx.openDocument({
      filePath: tempFilePath,
      fileType: format,
      showMenu: true,
      success: () => resolve(),
      fail: () => reject(new ApiError('no_file', w.notOpened)),
    });
  });
}

async function chosenOf<T extends { name: string }>(choices: readonly T[]): Promise<T | null> {
  const chosen = await wx.showActionSheet({ itemList: choices.map(({ name }) => name) }).catch(() => null);
  return chosen && choices[chosen.tapIndex]!;
}

/**
 * Asks as what, and why, a table is taken out, and opens it; nothing happens when a question is put away.
 * Raises ApiError.
 */
export async function exportTable(path: string, onBegin: () => void): Promise<void> {
  const kind = await chosenOf(tableFormats);
  const why = kind && (await chosenOf(lookReasons));
  if (!kind || !why) return;
  onBegin();
  await openTable(`${path}${path.includes('?') ? '&' : '?'}reason=${why.reason}`, kind.format);
}
