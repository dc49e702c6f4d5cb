/** Shown under 我的, and told to the server with each request. */
export const clientVersion = '0.1.0';

/**
 * Where the server answers, by the release WeChat runs. Change `trial` and `release` before uploading:
 * WeChat only lets a mini-program reach an https address that its console lists.
 * Any other release is served by the server itself, from the same origin.
 */
const servers: Record<string, string> = {
  develop: 'http://127.0.0.1:8080',
  trial: 'https://library.example.org',
  release: 'https://library.example.org',
};

export const apiBase = servers[wx.getAccountInfoSync().miniProgram.envVersion] ?? '';
