import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { machinery } from '../words/glossary.ts';
import * as said from '../words/zh.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
export const small: BrowserContextOptions = { ...phone, viewport: { width: 360, height: 640 } };
export const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

export interface Opened {
  page: Page;
  /** What the page complained about: errors, and everything the policy refused. */
  complaints: string[];
}

/** A page of a fresh visitor; with a name, one who has been here before. */
export async function open(b: Browser, url: string, options: BrowserContextOptions & { name?: string } = {}): Promise<Opened> {
  const { name, ...rest } = options;
  const context = await b.newContext({ locale: 'zh-CN', ...rest });
  if (name) {
    const token = Buffer.from(name).toString('base64url');
    await context.addInitScript((t) => localStorage.setItem('fudai.demo-token', t), token);
  }
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (e) => complaints.push(`error: ${e.message}`));
  page.on('console', (m) => {
    // A lost connection is ordinary; anything else is not.
    if (m.type() === 'error' && !/WebSocket connection|Failed to load resource|net::/.test(m.text())) complaints.push(m.text());
  });
  // A page that knows its rights does not ask again and again for what is refused.
  const refused = new Map<string, number>();
  page.on('response', (r) => {
    if (r.status() !== 401 && r.status() !== 403) return;
    const what = `${r.status()} ${r.request().method()} ${new URL(r.url()).pathname}`;
    const times = (refused.get(what) ?? 0) + 1;
    refused.set(what, times);
    if (times === 3) complaints.push(`asks for what is refused: ${what}`);
  });
  await page.goto(url);
  return { page, complaints };
}

/**
 * Every moment worth a picture is worth a look at its words: nothing that a page
 * shows or reads aloud may be the machinery's own name for it. What people wrote
 * (bdi) is theirs.
 */
async function plain(page: Page, name: string): Promise<void> {
  const shown = await page.evaluate(() => {
    const all: string[] = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      if (n instanceof Element) for (const a of ['aria-label', 'title', 'placeholder', 'alt']) all.push(n.getAttribute(a) ?? '');
      else if (!n.parentElement?.closest('bdi, script, noscript')) all.push(n.textContent ?? '');
    }
    return all.filter((t) => t.trim() !== '');
  });
  for (const text of shown) {
    if (machinery.test(text)) throw new Error(`${name} shows the machinery: ${text}`);
    if (codes.has(text.trim())) throw new Error(`${name} shows a code: ${text}`);
  }
}

/** Waits until what moves now has come to rest, but for what moves for ever: places and colours are judged there. */
export const still = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const ends = document.getAnimations().filter((a) => Number(a.effect?.getComputedTiming().endTime) < Number.POSITIVE_INFINITY);
    return Promise.allSettled(ends.map((a) => a.finished)).then(() => undefined);
  });

/** What axe finds serious on a page at rest; `but`: rules that eyes judge here, on screenshots. */
export async function serious(page: Page, ...but: string[]): Promise<string[]> {
  await still(page);
  const found = await new AxeBuilder({ page: page as never }).disableRules(but).analyze();
  return found.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes[0]?.html}`);
}

/** Codes that no page may show as they are; those that are words of English too are left out. */
const codes = new Set(Object.keys(said.codes).filter((c) => c.includes('-') || /^\d{4}$/.test(c)));

/** Looks at the words of a page, and keeps a picture where FUDAI_SHOTS says, for people to look at. */
export async function shot(page: Page, name: string): Promise<void> {
  await plain(page, name);
  const dir = process.env.FUDAI_SHOTS;
  if (!dir) return;
  mkdirSync(dir, { recursive: true });
  await page.screenshot({ path: `${dir}/${name}.png` });
}
