// What a client needs of the place it runs in. Everything is injected, so that
// the same client runs in a browser, in Node, in a mini program or behind a
// WebView's bridge; `browserEnv` fills in what the platform has.

/** One connection. `close` may be called at any time and more than once. */
export interface Link {
  send(text: string): void;
  close(code?: number, why?: string): void;
}

/** What a transport tells about its link. Exactly one `closed` ends a link. */
export interface LinkEvents {
  open(): void;
  message(text: string): void;
  /** `status` is an HTTP status where the link was refused before it opened and the platform shows it. */
  closed(end: { code: number; why: string; status?: number; retryMs?: number; body?: string }): void;
}

export interface Target {
  base: string;
  room: string;
  /** The last frame the client has; undefined asks for the room's state. */
  seq: number | undefined;
  token: string | undefined;
  /** The ticket of the last hello: carries watch time and place over. */
  resume: string | undefined;
}

export interface Transport {
  readonly name: string;
  connect(to: Target, on: LinkEvents): Link;
}

/** Keeps small strings over a reload. A place without storage may keep them in memory. */
export interface Storage {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
}

export interface Timers {
  /** Milliseconds that never jump. */
  mono(): number;
  after(ms: number, run: () => void): unknown;
  cancel(timer: unknown): void;
}

export interface Env {
  transports: Transport[];
  storage: Storage;
  timers: Timers;
  /** HMAC-SHA-256. */
  hmac(key: Uint8Array, data: Uint8Array): Promise<Uint8Array>;
  /** The body at an address; undefined where nothing is (404). Anything else that is no body throws. */
  fetch(url: string): Promise<Uint8Array | undefined>;
  /** A request with a token: its status, and the body as text. Throws where nobody answers. A place without it enters by the link alone. */
  call?(method: 'GET' | 'POST', url: string, token: string, body?: string): Promise<{ status: number; body: string }>;
  /** Whether an Ed25519 signature is good. Throws where the place cannot tell. */
  ed25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /** Solves a server's proof of work (hashcash.ts), beside what the page does. Refuses what it will not or cannot do. */
  solve(challenge: string, bits: number): Promise<string>;
  /** Uniform in [0, 1). */
  random(): number;
}

export function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    get: (k) => kept.get(k),
    set: (k, v) => void kept.set(k, v),
    remove: (k) => void kept.delete(k),
  };
}

/** Web storage that may be absent, full or forbidden: then memory serves. */
export function webStorage(): Storage {
  const memory = memoryStorage();
  const local = (): globalThis.Storage | undefined => {
    try {
      return globalThis.localStorage;
    } catch {
      return undefined;
    }
  };
  return {
    get(k) {
      try {
        return local()?.getItem(k) ?? memory.get(k);
      } catch {
        return memory.get(k);
      }
    },
    set(k, v) {
      memory.set(k, v);
      try {
        local()?.setItem(k, v);
      } catch {
        // Full or forbidden: memory has it.
      }
    },
    remove(k) {
      memory.remove(k);
      try {
        local()?.removeItem(k);
      } catch {
        // Nothing was kept there.
      }
    },
  };
}

export const systemTimers: Timers = {
  mono: () => performance.now(),
  after: (ms, run) => setTimeout(run, ms),
  cancel: (t) => clearTimeout(t as ReturnType<typeof setTimeout>),
};

export async function webHmac(key: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) throw new Error('no WebCrypto here: pass env.hmac (pages need https or localhost)');
  const k = await subtle.importKey('raw', key as BufferSource, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', k, data as BufferSource));
}

export async function webFetch(url: string): Promise<Uint8Array | undefined> {
  const answer = await fetch(url);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`${url}: status ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

export async function webCall(
  method: string,
  url: string,
  token: string,
  body?: string,
): Promise<{ status: number; body: string }> {
  const answer = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, body: await answer.text() };
}

export async function webEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) throw new Error('no WebCrypto here: pass env.ed25519');
  const k = await subtle.importKey('raw', key as BufferSource, 'Ed25519', false, ['verify']);
  return subtle.verify('Ed25519', k, signature as BufferSource, message as BufferSource);
}

/** In a worker of `make`, which runs hashcash.ts; where that is not to be had, by and by on this thread. */
export function webSolve(make?: () => Worker): Env['solve'] {
  return async (challenge, bits) => {
    if (make) {
      try {
        return await inWorker(make, { challenge, bits });
      } catch {
        // An old browser without module workers, or a policy that forbids them.
      }
    }
    return (await import('./hashcash.ts')).solveSlowly(challenge, bits);
  };
}

async function inWorker(make: () => Worker, job: { challenge: string; bits: number }): Promise<string> {
  const worker = make();
  try {
    return await new Promise<string>((done, fail) => {
      worker.onmessage = (e: MessageEvent<string>) => done(e.data);
      worker.onerror = (e) => fail(new Error(e.message));
      worker.postMessage(job);
    });
  } finally {
    worker.terminate();
  }
}
