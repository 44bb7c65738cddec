import type { Link, Target, Transport } from './env.ts';

/** The part of the WebSocket interface this client uses; mini programs wrap theirs into it. */
export interface SocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, why?: string): void;
  onopen: (() => void) | null;
  onmessage: ((e: { data: unknown }) => void) | null;
  onclose: ((e: { code: number; reason: string }) => void) | null;
  onerror: ((e: unknown) => void) | null;
}

export type OpenSocket = (url: string, protocols: string[]) => SocketLike;

/** WebSocket with the token as a subprotocol: it never stands in a URL, where logs would keep it. */
export function webSocket(open: OpenSocket = (u, p) => new WebSocket(u, p) as unknown as SocketLike): Transport {
  return {
    name: 'ws',
    connect(to, on): Link {
      let ended = false;
      const end = (code: number, why: string): void => {
        if (ended) return;
        ended = true;
        on.closed({ code, why });
      };
      let s: SocketLike;
      try {
        s = open(address(to), protocols(to));
      } catch (e) {
        queueMicrotask(() => end(1006, String(e)));
        return { send: () => undefined, close: () => undefined };
      }
      s.onopen = () => !ended && on.open();
      s.onmessage = (e) => {
        if (!ended && typeof e.data === 'string') on.message(e.data);
      };
      s.onerror = () => undefined; // a close follows and says more
      s.onclose = (e) => end(e.code, e.reason);
      return {
        send: (text) => {
          if (s.readyState === 1) s.send(text);
        },
        close(code = 1000, why = '') {
          try {
            s.close(code, why);
          } catch {
            // Already closing.
          }
          // A dead line answers no close: do not wait for it.
          end(code, why);
        },
      };
    },
  };
}

function address(to: Target): string {
  const u = new URL(`v1/rooms/${encodeURIComponent(to.room)}/ws`, to.base);
  u.protocol = u.protocol === 'http:' ? 'ws:' : 'wss:';
  if (to.seq !== undefined) u.searchParams.set('seq', String(to.seq));
  // Not a credential: it carries watch time and is bound to the user.
  if (to.resume) u.searchParams.set('resume', to.resume);
  return u.href;
}

function protocols(to: Target): string[] {
  const p = ['fudai.v1'];
  if (to.token) p.push(`fudai.token.${to.token}`);
  return p;
}
