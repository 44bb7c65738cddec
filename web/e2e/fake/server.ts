import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import { Room } from './room.ts';

// A fake edge for tests of the pages: it speaks fudai.v1 as PROTOCOL.md says,
// from memory alone, and serves dist under the policy of web/embed.go.

export interface Fake {
  url: string;
  room: Room;
  /** What /v1/log shows, by the rest of the path. */
  log: Map<string, string | Uint8Array>;
  /** Cuts every connection, as a lost server would. */
  cut(): void;
  stop(): Promise<void>;
}

interface Options {
  port?: number;
  dist: string;
  show?: boolean;
  demo?: boolean;
  /** Answers WebSocket with an error, as some networks do. */
  noSocket?: boolean;
}

/** As the server says it: a page's own script runs by its hash. */
const csp = (page: string): string =>
  `default-src 'none'; script-src 'self'${hashes(page)}; style-src 'self'; font-src 'self'; img-src 'self' https:; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types fudai`;

const hashes = (page: string): string =>
  [...page.matchAll(/<script>(.*?)<\/script>/gs)]
    .map(
      (m) =>
        ` 'sha256-${createHash('sha256')
          .update(m[1] ?? '')
          .digest('base64')}'`,
    )
    .join('');
const kinds: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export async function serve(o: Options): Promise<Fake> {
  const room = new Room();
  const log: Fake['log'] = new Map();
  const http = createServer((q, s) => void answer(o, room, log, q, s));
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'fudai.v1' });
  http.on('upgrade', (q, socket, head) => {
    if (o.noSocket) return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    sockets.handleUpgrade(q, socket, head, (ws) => attend(room, ws, q));
  });
  await new Promise<void>((done) => http.listen(o.port ?? 0, '127.0.0.1', done));
  const at = http.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  if (o.show) room.play();
  return {
    url: `http://127.0.0.1:${at.port}/`,
    room,
    log,
    cut: () => {
      for (const c of sockets.clients) c.terminate();
      http.closeAllConnections();
    },
    async stop() {
      room.stop();
      for (const c of sockets.clients) c.terminate();
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
}

function attend(room: Room, ws: WebSocket, q: IncomingMessage): void {
  const token = (q.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((p) => p.trim())
    .find((p) => p.startsWith('fudai.token.'))
    ?.slice('fudai.token.'.length);
  const seq = new URL(q.url ?? '/', 'http://x').searchParams.get('seq');
  const viewer = room.join((m) => ws.send(JSON.stringify(m)), token, seq === null ? undefined : Number(seq));
  ws.on('message', (data) => room.hear(viewer, String(data)));
  ws.on('close', () => room.leave(viewer));
}

async function answer(o: Options, room: Room, log: Fake['log'], q: IncomingMessage, s: ServerResponse): Promise<void> {
  const url = new URL(q.url ?? '/', 'http://x');
  if (url.pathname === '/v1/config') return json(s, { demo: o.demo ?? true, room: 'demo', guests: true, version: 'fake' });
  if (url.pathname === '/v1/demo-token')
    return json(s, { token: Buffer.from(url.searchParams.get('name') ?? '').toString('base64url') });
  if (url.pathname.endsWith('/events')) return events(room, q, s);
  if (url.pathname.endsWith('/messages')) return upstream(room, q, s);
  if (url.pathname.startsWith('/v1/log/')) {
    const body = log.get(url.pathname.slice('/v1/log/'.length));
    return void s.writeHead(body === undefined ? 404 : 200).end(body);
  }
  const page =
    url.pathname === '/' || url.pathname.startsWith('/r/')
      ? '/index.html'
      : url.pathname.startsWith('/overlay/')
        ? '/overlay.html'
        : normalize(url.pathname);
  try {
    const body = await readFile(join(o.dist, page));
    const zip = String(q.headers['accept-encoding']).includes('gzip');
    s.writeHead(200, {
      'Content-Type': kinds[extname(page)] ?? 'application/octet-stream',
      'Content-Security-Policy': csp(page.endsWith('.html') ? body.toString() : ''),
      ...(zip && { 'Content-Encoding': 'gzip' }),
    });
    s.end(zip ? gzipSync(body) : body);
  } catch {
    s.writeHead(404).end();
  }
}

function json(s: ServerResponse, body: unknown): void {
  s.writeHead(200, { 'Content-Type': 'application/json' });
  s.end(JSON.stringify(body));
}

function events(room: Room, q: IncomingMessage, s: ServerResponse): void {
  s.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const last = q.headers['last-event-id'];
  const viewer = room.join(
    (m) => s.write(`data: ${JSON.stringify(m)}\n\n`),
    q.headers.authorization?.replace(/^Bearer /, ''),
    last === undefined ? undefined : Number(last),
  );
  q.on('close', () => room.leave(viewer));
}

async function upstream(room: Room, q: IncomingMessage, s: ServerResponse): Promise<void> {
  let body = '';
  for await (const part of q) body += part;
  const viewer = room.byConn(String(q.headers['fudai-conn']));
  if (viewer) room.hear(viewer, body);
  s.writeHead(viewer ? 202 : 404).end();
}
