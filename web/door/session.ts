// The session of somebody who signed in: a cookie that no script sees, traded for
// a short token that this page keeps in memory.

export interface Session {
  id: string;
  kind: 'invite' | 'oidc' | 'paired';
  user: string;
  name: string;
  roles: string[];
  rooms: string[];
  device: string;
  created: number;
  seen: number;
  expires: number;
  by: string;
  mine?: boolean;
}

interface Badge {
  token: string;
  /** When it ends, by this page's own clock. */
  until: number;
  who: Session;
  may: string[];
}

/** Other sites cannot send this header; it makes the cookie worth something. */
const ours = { 'Fudai-Page': 'door', 'Content-Type': 'application/json' };

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

let badge: Badge | undefined;
let asking: Promise<Badge> | undefined;

async function ask(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<unknown> {
  const answer = await fetch(`/v1/staff/${path}`, {
    method,
    cache: 'no-store',
    credentials: 'same-origin',
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const doc: unknown = await answer.json().catch(() => ({}));
  if (answer.ok) return doc;
  throw new Refused(answer.status, (doc as { code?: string }).code ?? '');
}

/** Who is signed in, with a token that is good for a while yet. Throws `Refused` where nobody is. */
export async function signedIn(anew = false): Promise<Badge> {
  if (badge && !anew && Date.now() < badge.until - 120_000) return badge;
  asking ??= (async () => {
    try {
      const got = (await ask('POST', 'token', {}, ours)) as {
        token: string;
        expires: number;
        now: number;
        who: Session;
        may: string[];
      };
      badge = { token: got.token, until: Date.now() + got.expires - got.now, who: got.who, may: got.may };
      return badge;
    } finally {
      asking = undefined;
    }
  })();
  return asking;
}

/** A token of the session, or undefined where nobody is signed in or the server is not there. */
export async function sessionToken(anew = false): Promise<string | undefined> {
  return signedIn(anew).then(
    (b) => b.token,
    () => undefined,
  );
}

export const enter = (by: { key: string } | { digits: string }): Promise<Session> =>
  ask('POST', 'enter', by, ours) as Promise<Session>;

export async function leave(): Promise<void> {
  badge = undefined;
  await ask('POST', 'leave', {}, ours);
}

export const ways = (): Promise<{ provider: string }> => ask('GET', 'ways', undefined, {}) as Promise<{ provider: string }>;

/** Asks as the one who is signed in. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const { token } = await signedIn();
  return callAs<T>(token, method, path, body);
}

/** Asks with a token from elsewhere. */
export const callAs = <T>(token: string, method: string, path: string, body?: unknown): Promise<T> =>
  ask(method, path, body, { ...ours, Authorization: `Bearer ${token}` }) as Promise<T>;

/** The page for signing in, which comes back here. */
export const loginPage = (): string => `/login?to=${encodeURIComponent(location.pathname + location.search)}`;
