// Who the visitor is. Apps bring their own login. The demo show asks for a
// nickname once and gets a token for it from the server.

export interface Config {
  demo: boolean;
  room: string;
  guests: boolean;
  version: string;
}

const KEY = 'fudai.nickname';

export async function config(): Promise<Config> {
  const fallback: Config = { demo: false, room: 'demo', guests: true, version: '' };
  try {
    const answer = await fetch('/v1/config', { cache: 'no-store' });
    if (!answer.ok) return fallback;
    return { ...fallback, ...((await answer.json()) as Partial<Config>) };
  } catch {
    return fallback;
  }
}

export function nickname(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A token of the demo show for a name; undefined if the server gave none. */
export async function demoToken(name: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`/v1/demo-token?name=${encodeURIComponent(name)}`, { cache: 'no-store' });
    if (!answer.ok) return undefined;
    const { token } = (await answer.json()) as { token?: unknown };
    if (typeof token !== 'string' || token === '') return undefined;
    keep(name, token);
    return token;
  } catch {
    return undefined;
  }
}

const TOKEN = 'fudai.demo-token';

function keep(name: string, token: string): void {
  try {
    localStorage.setItem(KEY, name);
    localStorage.setItem(TOKEN, token);
  } catch {
    // For this page only, then.
  }
}

/** The token of an earlier visit, so that the visitor stays the same one. */
export function kept(): string | undefined {
  try {
    return localStorage.getItem(TOKEN) ?? undefined;
  } catch {
    return undefined;
  }
}

export function forget(): void {
  try {
    localStorage.removeItem(TOKEN);
  } catch {
    // There is none.
  }
}
