import { apiBase, clientVersion } from '../config';
import { tokenNow } from './session';

/** Shows a picture of the server on the whole screen, from where a long press saves or sends it; `failed`: there is none. */
export function showPicture(path: string, failed: string): void {
  const tell = () => void wx.showToast({ title: failed, icon: 'none' });
  wx.downloadFile({
    url: apiBase + path,
    header: { 'X-Client-Version': clientVersion, Authorization: `Bearer ${tokenNow()}` },
    success: ({ statusCode, tempFilePath }) => {
      // A refusal is a file as well.
      if (statusCode === 200) wx.previewImage({ urls: [tempFilePath], fail: tell });
      else tell();
    },
    fail: tell,
  });
}
