import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desktop, launch, phone, small } from './browser.ts';
import { type Fake, serve } from './fake/server.ts';

// Measurements, printed and not judged: a busy machine is not a broken page.
// FUDAI_LONG=1 npm run e2e -- load

let browser: Browser;
let edge: Fake;
beforeAll(async () => {
  browser = await launch();
  edge = await serve({ dist: new URL('../dist/', import.meta.url).pathname });
});
afterAll(async () => {
  await browser?.close();
  await edge?.stop();
});

const CALM_MS = 6_000;

interface Marks {
  frames: number[];
  long: number[];
}

describe.skipIf(!process.env.FUDAI_LONG)('40 comments a second', () => {
  it.each([
    ['desktop', desktop, 1, false],
    ['phone, processor slowed 4×', phone, 4, false],
    ['cheap phone: slowed 6×, 400 kbit/s, 400 ms', small, 6, true],
  ] as const)(
    '%s',
    async (name, options, slow, thin) => {
      const context = await browser.newContext({ ...options, locale: 'zh-CN' });
      const page = await context.newPage();
      const cdp = await context.newCDPSession(page);
      await cdp.send('Performance.enable');
      await cdp.send('Network.enable');
      let bytes = 0;
      cdp.on('Network.webSocketFrameReceived', (e) => {
        bytes += e.response.payloadData.length;
      });
      if (thin)
        await cdp.send('Network.emulateNetworkConditions', {
          offline: false,
          latency: 400,
          downloadThroughput: 50_000,
          uploadThroughput: 50_000,
        });
      if (slow > 1) await cdp.send('Emulation.setCPUThrottlingRate', { rate: slow });
      await page.addInitScript(() => {
        const marks: Marks = { frames: [], long: [] };
        (window as never as { marks: Marks }).marks = marks;
        new PerformanceObserver((l) => {
          for (const e of l.getEntries()) marks.long.push(e.duration);
        }).observe({ entryTypes: ['longtask'] });
        let last = 0;
        const frame = (t: number): void => {
          if (last) marks.frames.push(t - last);
          last = t;
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      });
      const began = Date.now();
      await page.goto(edge.url);
      await page.waitForSelector('.product');
      const useful = Date.now() - began;
      const metric = async (name: string): Promise<number> =>
        (await cdp.send('Performance.getMetrics')).metrics.find((m) => m.name === name)?.value ?? 0;
      const heap = (): Promise<number> => metric('JSHeapUsedSize');
      const parts = ['TaskDuration', 'ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
      const work = (): Promise<number[]> => Promise.all(parts.map(metric));
      // The same page with nobody speaking: what the load is held against.
      const clear = (): Promise<void> =>
        page.evaluate(() => {
          const m = (window as never as { marks: Marks }).marks;
          m.frames.length = 0;
          m.long.length = 0;
        });
      const at = (list: number[], p: number): string => (list.sort((a, b) => a - b)[Math.floor(list.length * p)] ?? 0).toFixed(1);
      await page.waitForTimeout(2_000);
      await clear();
      const calm = await work();
      await page.waitForTimeout(CALM_MS);
      const rested = await work();
      const calmFrames = await page.evaluate(() => (window as never as { marks: Marks }).marks.frames);
      const calmTask = (((rested[0] ?? 0) - (calm[0] ?? 0)) * 1e6) / CALM_MS;
      let n = 0;
      // As the server does it: a few frames a second, each with several comments.
      const stop = setInterval(() => {
        const items = Array.from({ length: 8 }, () => ({
          t: 'c' as const,
          o: ++edge.room.offset,
          h: 'x',
          n: '爱喝茶的小王',
          x: `第 ${++n} 条，这个茶真的香吗？`,
          k: 'normal',
        }));
        edge.room.push(...items);
      }, 200);
      await page.waitForTimeout(4_000);
      await clear();
      const before = await heap();
      bytes = 0;
      const busy = await work();
      const seconds = Number(process.env.FUDAI_LONG) > 1 ? Number(process.env.FUDAI_LONG) : 20;
      await page.waitForTimeout(seconds * 1_000);
      const done = await work();
      const marks = await page.evaluate(() => (window as never as { marks: Marks }).marks);
      // A tap is answered when its comment stands there.
      await page.evaluate(() => performance.clearMarks());
      const tap = await page.evaluate(async () => {
        const t = performance.now();
        (document.querySelector('.like') as HTMLElement).click();
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return performance.now() - t;
      });
      clearInterval(stop);
      console.log(
        `${name}: useful after ${useful} ms; frames p50 ${at(marks.frames, 0.5)} p95 ${at(marks.frames, 0.95)} p99 ${at(marks.frames, 0.99)} ms of ${marks.frames.length},`,
        `calm ${at(calmFrames, 0.5)} ${at(calmFrames, 0.95)} ${at(calmFrames, 0.99)}; main thread ${((((done[0] ?? 0) - (busy[0] ?? 0)) * 1000) / seconds / calmTask).toFixed(2)} times the calm ${calmTask.toFixed(0)} ms/s;`,
        `main thread per second: ${parts.map((p, i) => `${p.replace('Duration', '')} ${((((done[i] ?? 0) - (busy[i] ?? 0)) * 1000) / seconds).toFixed(0)}`).join(', ')} ms;`,
        `long tasks ${marks.long.length}, longest ${Math.max(0, ...marks.long).toFixed(0)} ms; like drawn after ${tap.toFixed(0)} ms;`,
        `${(((bytes / seconds) * 3600) / 1e6).toFixed(1)} MB an hour uncompressed; heap ${(before / 1e6).toFixed(1)} to ${((await heap()) / 1e6).toFixed(1)} MB`,
      );
      expect(await page.locator('.row').count()).toBeGreaterThanOrEqual(80);
      await context.close();
    },
    3_600_000,
  );
});
