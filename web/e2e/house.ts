import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { launch } from './browser.ts';
import { type Real, real } from './server.ts';

/** The real program and the browser of this file's tests, once their first begins. */
export let server: Real;
export let browser: Browser;

/** Has them started before the tests of a file and ended after. `more`: further flags of serve, known by then. */
export function house(more: () => string[] | Promise<string[]> = () => []): void {
  beforeAll(async () => {
    server = await real(...(await more()));
    browser = await launch();
  });
  beforeEach(() => server.watch());
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
}
