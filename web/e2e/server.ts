import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFailed } from 'vitest';

export interface Real {
  url: string;
  /** Ends the program as an operator does and starts it again on the same data; undefined where it is not ours. */
  restart: (() => Promise<void>) | undefined;
  /** The program and its data, where it is ours. */
  bin?: string;
  data?: string;
  /** A token of the program's own, and a link that lets the operator in once. `more`: further flags of `fudai token`. */
  token(user: string, role: string, ...more: string[]): string;
  link(): string;
  /** To be called in a test: should it fail, the end of the program's log is shown. */
  watch(): void;
  stop(): Promise<void>;
}

/** The real program with its demo show: FUDAI_URL if given, else FUDAI_BIN or a fresh build, on a free port with data of its own. `more`: further flags of serve. */
export async function real(...more: string[]): Promise<Real> {
  const given = process.env.FUDAI_URL;
  if (given)
    return {
      url: given.endsWith('/') ? given : `${given}/`,
      restart: undefined,
      token: notOurs,
      link: notOurs,
      watch: () => undefined,
      stop: async () => undefined,
    };
  const dir = mkdtempSync(join(tmpdir(), 'fudai-e2e-'));
  const bin = process.env.FUDAI_BIN ?? join(dir, 'fudai');
  if (!process.env.FUDAI_BIN) execFileSync('go', ['build', '-o', bin, '.'], { cwd: new URL('../..', import.meta.url).pathname });
  const url = `http://127.0.0.1:${await freePort()}/`;
  const log = { tail: '' };
  let child = await start(bin, url, dir, log, more);
  const data = join(dir, 'data');
  const told = (...args: string[]): string =>
    execFileSync(bin, [...args, '--data', data])
      .toString()
      .trim();
  return {
    url,
    bin,
    data,
    token: (user, role, ...more) => told('token', user, '--name', user, '--role', role, ...more),
    link: () => told('staff', '--url', url),
    async restart() {
      await end(child);
      child = await start(bin, url, dir, log, more);
    },
    watch: () => onTestFailed(() => console.error(`the end of the server's log:\n${log.tail.split('\n').slice(-30).join('\n')}`)),
    async stop() {
      await end(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function notOurs(): never {
  throw new Error('a program at FUDAI_URL gives no tokens');
}

async function start(bin: string, url: string, dir: string, log: { tail: string }, more: string[]): Promise<ChildProcess> {
  const args = ['serve', '--listen', new URL(url).host, '--data', join(dir, 'data'), '--demo', 'yes', ...more];
  const child = spawn(bin, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (d) => {
    log.tail = (log.tail + String(d)).slice(-8_000);
  });
  try {
    await ready(url, child);
  } catch (e) {
    child.kill('SIGKILL');
    throw new Error(`${String(e)}\n${log.tail}`);
  }
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once('exit', done));
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 480; i++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const ok = await fetch(`${url}readyz`).then(
      (r) => r.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error('the server was not ready within two minutes');
}

/**
 * A port below those of outgoing connections, of which there are many here: one
 * of theirs would be taken between two runs of a server that comes back.
 */
async function freePort(): Promise<number> {
  for (let i = 0; i < 200; i++) {
    const port = 3_000 + Math.floor(Math.random() * 1_000);
    const free = await new Promise<boolean>((done) => {
      const s = createServer();
      s.once('error', () => done(false));
      s.listen(port, '127.0.0.1', () => s.close(() => done(true)));
    });
    if (free) return port;
  }
  throw new Error('no free port');
}
