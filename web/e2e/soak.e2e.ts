import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, type CDPSession, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { desktop, open, phone } from './browser.ts';
import { type Real, real } from './server.ts';

// A whole evening's pages: viewer, phone and desk stay open while 40 comments a
// second are shown and 10,000 people enter one bag. What grows would show here.
// FUDAI_SOAK=30 npm run e2e -- soak

const minutes = Number(process.env.FUDAI_SOAK ?? 0);
const ENTRANTS = Number(process.env.FUDAI_SOAK_ENTRANTS ?? 10_000);
const SPEAKERS = 240;
const RATE = 40;
const KEY = 'soak-service-key-0123456789abcdef';
const room = 'soak';

let server: Real;
let browser: Browser;

beforeAll(async () => {
  if (!minutes) return;
  server = await real('--service-keys', KEY);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Pages that are not looked at would be slowed, and their frames not drawn.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-renderer-backgrounding',
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** A connection that the server closes as it is used again is no news: asked once more. */
const ask = (url: string, how: RequestInit): Promise<Response> => fetch(url, how).catch(() => fetch(url, how));

async function token(sub: string, name: string): Promise<string> {
  const answer = await ask(`${server.url}v1/tokens`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ sub, name, ttl_s: 7_200 }),
  });
  if (!answer.ok) throw new Error(`token: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
}

const socket = (t: string): WebSocket =>
  new WebSocket(`${server.url.replace('http', 'ws')}v1/rooms/${room}/ws`, ['fudai.v1', `fudai.token.${t}`]);

async function speaker(n: number): Promise<(text: string) => void> {
  const ws = socket(await token(`s${n}`, `茶友${n}号`));
  await new Promise((done, fail) => ws.once('open', done).once('error', fail));
  ws.on('message', () => undefined);
  ws.on('error', () => undefined);
  let id = 0;
  return (text) => ws.readyState === ws.OPEN && ws.send(JSON.stringify({ op: 'say', id: `s${n}-${id++}`, text }));
}

const codes = new Map<string, number>();
async function entrant(n: number, phrase: string): Promise<void> {
  const ws = socket(await token(`e${n}`, `来宾${n}`));
  const code = await new Promise<string>((done) => {
    const late = setTimeout(() => done('no answer'), 60_000);
    const end = (c: string): void => {
      clearTimeout(late);
      done(c);
    };
    ws.on('error', (e) => end(`socket ${e.message}`));
    ws.on('open', () => ws.send(JSON.stringify({ op: 'say', id: `e${n}`, text: phrase })));
    ws.on('message', (m) => {
      const got = JSON.parse(String(m)) as { op: string; code?: string };
      if (got.op === 'out') end(got.code ?? '');
    });
  });
  ws.close();
  codes.set(code, (codes.get(code) ?? 0) + 1);
}

interface Watched {
  name: string;
  page: Page;
  cdp: CDPSession;
  complaints: string[];
}

/** Counts frames by whole milliseconds, so that half an hour of them takes no room. */
function count(): void {
  const w = window as never as { frames: Uint32Array; long: number[] };
  w.frames = new Uint32Array(1_000);
  w.long = [];
  new PerformanceObserver((l) => {
    for (const e of l.getEntries()) w.long.push(e.duration);
  }).observe({ entryTypes: ['longtask'] });
  let last = 0;
  const frame = (t: number): void => {
    const i = Math.min(999, Math.round(t - last));
    if (last) w.frames[i] = (w.frames[i] ?? 0) + 1;
    last = t;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

async function watch(name: string, url: string, options: BrowserContextOptions): Promise<Watched> {
  const { page, complaints } = await open(browser, url, options);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  await page.evaluate(count);
  return { name, page, cdp, complaints };
}

const megabytes = (n: number): string => (n / 1e6).toFixed(2);

/** What a page holds after everything that can be forgotten was forgotten, and how its frames went since the last look. */
async function look(w: Watched, at: string): Promise<number> {
  await w.cdp.send('HeapProfiler.collectGarbage');
  await w.cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await w.cdp.send('Performance.getMetrics');
  const m = (name: string): number => metrics.find((x) => x.name === name)?.value ?? 0;
  const went = await w.page.evaluate(() => {
    const x = window as never as { frames: Uint32Array; long: number[] };
    const total = x.frames.reduce((a, b) => a + b, 0);
    const p = (q: number): number => {
      let seen = 0;
      return x.frames.findIndex((n) => {
        seen += n;
        return seen >= total * q;
      });
    };
    const said = `frames p50 ${p(0.5)} p95 ${p(0.95)} p99 ${p(0.99)} ms of ${total}; long tasks ${x.long.length}, longest ${Math.max(0, ...x.long).toFixed(0)} ms`;
    x.frames.fill(0);
    x.long.length = 0;
    return said;
  });
  const heap = m('JSHeapUsedSize');
  console.log(`${at} ${w.name}: heap ${megabytes(heap)} MB, ${m('Nodes')} nodes, ${m('JSEventListeners')} listeners; ${went}`);
  return heap;
}

/** Resident memory of the pages' processes, canvases and all. */
async function resident(): Promise<string> {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  await cdp.detach();
  return processInfo
    .filter((p) => p.type === 'renderer')
    .map((p) => `${((Number(readFileSync(`/proc/${p.id}/statm`, 'utf8').split(' ')[1]) * 4_096) / 1e6).toFixed(0)}`)
    .join(', ');
}

describe.skipIf(!minutes)('half an hour', () => {
  it(
    'leaves the pages as large as they were',
    async () => {
      const host = execFileSync(server.bin ?? '', ['token', 'host', '--role', 'host', '--data', server.data ?? ''])
        .toString()
        .trim();
      const command = async (kind: string, data: unknown): Promise<void> => {
        const answer = await fetch(`${server.url}v1/rooms/${room}/commands`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${host}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({ kind, id: `soak-${kind}`, data }),
        });
        if (!answer.ok) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
      };
      await command('show-start', { show: 'long', title: '一整晚' });
      await command('room', { budget: 60 });
      const voices = await Promise.all(Array.from({ length: SPEAKERS }, (_, i) => speaker(i)));
      const pages = [
        await watch('desktop', `${server.url}r/${room}`, desktop),
        await watch('phone', `${server.url}r/${room}`, phone),
        await watch('desk', `${server.url}desk/${room}#t=${host}`, desktop),
      ];
      let said = 0;
      const topics = ['这个茶真的香吗', '已经下单了', '主播好', '颜色真好看', '有没有大一点的', '上次买的很好'];
      const talk = setInterval(() => {
        for (let i = 0; i < RATE / 5; i++) voices[said % SPEAKERS]?.(`${topics[said % topics.length]} ${(said++).toString(36)}`);
      }, 200);
      const began = Date.now();
      const minute = async (n: number): Promise<void> => {
        const left = began + n * 60_000 - Date.now();
        if (left > 0) await new Promise((done) => setTimeout(done, left));
      };
      const heaps = new Map<string, number[]>();
      const all = async (at: number): Promise<void> => {
        for (const w of pages) heaps.set(w.name, [...(heaps.get(w.name) ?? []), await look(w, `minute ${at}`)]);
        console.log(`minute ${at}: ${said} comments said; resident ${await resident()} MB`);
      };
      try {
        await minute(1);
        await all(1);
        // 10,000 people enter over a third of the time.
        const span = (minutes * 60_000) / 3;
        const openAt = Date.now() + 5_000;
        await command('plan', {
          event: 'soak-bag',
          kind: 'bag',
          title: '一万人福袋',
          phrases: ['福气到'],
          openAt,
          closeAt: openAt + span + 60_000,
          graceMs: 5_000,
          sealBudgetMs: 10_000,
          prizes: [{ id: 'p1', title: '杯', qty: 100, valueFen: 990 }],
        });
        await new Promise((done) => setTimeout(done, 7_000));
        const entering = (async () => {
          const from = Date.now();
          const under = new Set<Promise<void>>();
          for (let i = 0; i < ENTRANTS; i++) {
            const due = from + (span * i) / ENTRANTS - Date.now();
            if (due > 5) await new Promise((done) => setTimeout(done, due));
            while (under.size >= 200) await Promise.race(under);
            const one = entrant(i, '福气到')
              .catch((e: unknown) => void codes.set(String(e), (codes.get(String(e)) ?? 0) + 1))
              .finally(() => under.delete(one));
            under.add(one);
          }
          await Promise.all(under);
        })();
        for (const n of [10, 20, 30].map((x) => Math.round((x * minutes) / 30))) {
          await minute(n);
          await all(n);
        }
        await entering;
        console.log(`entries: ${JSON.stringify(Object.fromEntries(codes))}`);
        // The draw of all of them is checked in the page, which goes on meanwhile.
        const viewer = pages[0] as Watched;
        await viewer.page.waitForSelector('.result', { timeout: 300_000 });
        console.log(`the page says: ${(await viewer.page.textContent('.result'))?.slice(0, 80)}`);
        const start = Date.now();
        await viewer.page.click('.result .link');
        await viewer.page.click('.check .go');
        await viewer.page.locator('.verdict').or(viewer.page.locator('.check .go')).waitFor({ timeout: 300_000 });
        console.log(`the check says: ${await viewer.page.textContent('.check')}`);
        await viewer.page.waitForSelector('.verdict', { timeout: 10_000 });
        console.log(
          `checked in the page after ${Date.now() - start} ms: ${(await viewer.page.textContent('.verdict'))?.slice(0, 80)}`,
        );
        await look(viewer, 'while it was checked');
      } finally {
        clearInterval(talk);
      }
      for (const w of pages) {
        const h = heaps.get(w.name) ?? [];
        expect(w.complaints, w.name).toEqual([]);
        // From the tenth minute to the end: not a leak's line upwards.
        expect(h.at(-1) ?? 0, `${w.name}: ${h.map(megabytes).join(' ')} MB`).toBeLessThan((h[1] ?? 0) * 1.5 + 2e6);
      }
    },
    (minutes + 20) * 60_000,
  );
});
