/** A phone as far as requests see it: storage, sign-in codes, and a network whose answers a test writes. */

export interface Sent {
  method: string;
  path: string;
  body: Record<string, unknown> | undefined;
  token: string;
}

export interface Answer {
  status: number;
  data?: unknown;
  headers?: Record<string, string>;
}

type Callbacks = { success?: (value: unknown) => void; fail?: (error: unknown) => void };
type RequestOptions = Callbacks & {
  url: string;
  method: string;
  data?: object;
  header: Record<string, string>;
};

export const silence = 'silence';

/** Answers a request, or keeps silent. */
type Server = (sent: Sent) => Answer | typeof silence;

export class Phone {
  readonly sent: Sent[] = [];
  readonly storage = new Map<string, unknown>();
  codes = 0;
  /** Whether WeChat lets people sign in. */
  login = true;

  constructor(public server: Server) {
    Object.assign(globalThis, { wx: this.wx() });
  }

  paths(): string[] {
    return this.sent.map(({ method, path }) => `${method} ${path}`);
  }

  private wx() {
    return {
      getAccountInfoSync: () => ({ miniProgram: { envVersion: 'test' } }),
      getStorageSync: (key: string) => this.storage.get(key) ?? '',
      setStorageSync: (key: string, value: unknown) => void this.storage.set(key, value),
      removeStorageSync: (key: string) => void this.storage.delete(key),
      login: (callbacks: Callbacks) => setTimeout(() => this.signIn(callbacks)),
      request: (options: RequestOptions) => this.request(options),
    };
  }

  private signIn({ success, fail }: Callbacks): void {
    if (this.login) success?.({ code: `code-${(this.codes += 1)}` });
    else fail?.({ errMsg: 'login:fail' });
  }

  private request({ url, method, data, header, success, fail }: RequestOptions): void {
    const token = header['Authorization']?.replace('Bearer ', '') ?? '';
    const sent = { method, path: url, body: data as Record<string, unknown> | undefined, token };
    this.sent.push(sent);
    const answer = this.server(sent);
    setTimeout(() => {
      if (answer === silence) fail?.({ errMsg: 'request:fail' });
      else success?.({ statusCode: answer.status, data: answer.data ?? {}, header: answer.headers ?? {} });
    });
  }
}

export function refusal(
  status: number,
  code: string,
  message = code,
  details: object = { limit: 2 },
): Answer {
  return { status, data: { error: { code, message, details, request_id: '7f3a' } } };
}

/** Asked too often; `seconds` may be a fraction, so that a test need not wait. */
export function tooMany(seconds: number): Answer {
  return refusal(429, 'too_many', '稍等一下。', { retry_after_s: seconds });
}
