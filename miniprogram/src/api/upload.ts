import { apiBase, clientVersion } from '../config';
import { LARGEST_BYTES } from '../logic/pictures';
import { common } from '../words/common';
import { pickerWords } from '../words/pictures';
import { ApiError, errorOf } from './http';
import { request } from './request';
import { ensureSignedIn, forget, signedOutByChoice, tokenNow } from './session';
import type { Picture, UploadFound } from './types';

type Progress = (percent: number) => void;

interface FileInfo {
  size: number;
  digest: string;
}

/** Raises ApiError when the file is gone: WeChat keeps what was chosen for as long as it likes. */
function infoOf(filePath: string): Promise<FileInfo> {
  return new Promise((resolve, reject) => {
    wx.getFileSystemManager().getFileInfo({
      filePath,
      digestAlgorithm: 'sha256',
      success: (info) => resolve(info as unknown as FileInfo),
      fail: () => reject(new ApiError('no_file', pickerWords.noFile)),
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sendOnce<T>(
  path: string,
  filePath: string,
  onProgress: Progress,
  formData: Record<string, string>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const task = wx.uploadFile({
      url: apiBase + path,
      filePath,
      name: 'file',
      formData,
      timeout: 60_000,
      header: { 'X-Client-Version': clientVersion, Authorization: `Bearer ${tokenNow()}` },
      success: ({ statusCode, data }) => {
        const body = parsed(data);
        if (statusCode === 200 && body) resolve(body as T);
        else reject(errorOf(body, statusCode, ''));
      },
      fail: () => reject(new ApiError('offline', common.offline)),
    });
    task.onProgressUpdate(({ progress }) => onProgress(progress));
  });
}

/** Sends a file of this phone as a form, signing in anew where that is needed. Raises ApiError. */
export async function sendFile<T>(
  path: string,
  filePath: string,
  onProgress: Progress,
  formData: Record<string, string> = {},
): Promise<T> {
  const asked = tokenNow();
  try {
    return await sendOnce<T>(path, filePath, onProgress, formData);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    if (asked && signedOutByChoice()) throw error;
    if (asked === tokenNow()) forget();
    await ensureSignedIn();
    return sendOnce<T>(path, filePath, onProgress, formData);
  }
}

/**
 * Sends a picture that lies on this phone, unless the server has these very bytes from before: a connection that broke
 * after the last byte costs a question, not the picture again. Raises ApiError.
 */
export async function upload(path: string, onProgress: Progress): Promise<Picture> {
  const { size, digest } = await infoOf(path);
  if (size > LARGEST_BYTES) throw new ApiError('too_large', pickerWords.tooLarge);
  const asking = { sha256: digest, bytes: size };
  const { picture } = await request<UploadFound>('POST', '/api/uploads/known', asking);
  if (picture) return picture;
  return sendFile<Picture>('/api/uploads', path, onProgress);
}

/** The address of a picture that the server shows. */
export function pictureUrl({ url }: Pick<Picture, 'url'>): string {
  return url ? apiBase + url : '';
}
