import type { Entry, Give } from '@fudai/sdk';
import { useEffect, useRef, useState } from 'preact/hooks';
import { said, type Word } from '../words/index.ts';
import { money } from '../words/money.ts';
import { en, type RainWord, zh } from '../words/rain.ts';
import { span } from './clean.ts';
import { Check, Close } from './icons.tsx';
import { Packets } from './packets.ts';
import { language, w } from './prefs.ts';
import './rainfall.css';
import { announce, client, entries, now } from './store.ts';

const books = { zh, en };
const r = (key: RainWord, values: Record<string, string | number> = {}): string =>
  books[language.value][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));

/**
 * The layer of a rain: packets fall over the picture, behind everything one can
 * use. Any tap on any packet is the one entry, and so is the button; afterwards
 * taps only pop.
 */
export function Rainfall({ g }: { g: Give }) {
  const [away, leave] = useState(false);
  const calm = useCalm();
  const e = entries.value.get(g.event);
  const left = (g.close_at ?? 0) - now.value;
  const enter = (): void => {
    if (!e || e.state === 'failed') client.tap(g.event);
  };
  const show = !away && left > 0;
  useFalling(g, show && !calm, enter);
  useEffect(() => {
    announce.value = r('rainCome', { n: Math.ceil(left / 1000), go: w('rainGo') });
  }, []);
  if (!show) return null;
  return (
    <section class={`rain ${calm ? 'is-calm' : ''}`} aria-label={w('rain')}>
      <div class="rain-head">
        <b>{wave(g, 'rainWave', waveAt(g, now.value))}</b>
        <time role="timer">{span(left)}</time>
        <button type="button" class="round plain" aria-label={w('close')} onClick={() => leave(true)}>
          <Close />
        </button>
      </div>
      <button
        type="button"
        class={`rain-go ${e?.state ?? ''}`}
        aria-disabled={e !== undefined && e.state !== 'failed'}
        onClick={enter}
      >
        {e?.state === 'in' && <Check />}
        {e?.state === 'submitting' && <span class="spin" aria-hidden="true" />}
        {e ? w(`st_${e.state}` as Word) : w('rainGo')}
      </button>
      <p>{how(e)}</p>
    </section>
  );
}

function how(e: Entry | undefined): string {
  if (!e || e.state === 'submitting') return e?.code ? said(language.value, e.code).what : r('rainHow');
  if (e.state === 'in') return r('rainIn');
  const s = said(language.value, e.state === 'late' ? 'late' : (e.code ?? ''));
  return [e.state === 'late' ? '' : s.what, s.next].filter(Boolean).join(' · ');
}

/** Which wave falls at a time: each has the same share of the window, in the order of the plan. */
function waveAt(g: Give, at: number): number {
  const n = g.prizes?.length ?? 1;
  const [from, to] = [g.open_at ?? 0, g.close_at ?? 0];
  return Math.min(n - 1, Math.max(0, Math.floor(((at - from) / Math.max(1, to - from)) * n)));
}

const wave = (g: Give, word: RainWord, i: number): string =>
  r(word, { i: i + 1, n: g.prizes?.length ?? 1, p: money(g.prizes?.[i]?.value, g.currency) });

/** Whether the visitor asked for less motion: then a card stands there, and nothing falls. */
function useCalm(): boolean {
  const [calm, set] = useState(() => matchMedia('(prefers-reduced-motion: reduce)').matches);
  useEffect(() => {
    const asked = matchMedia('(prefers-reduced-motion: reduce)');
    const hear = (): void => set(asked.matches);
    asked.addEventListener('change', hear);
    return () => asked.removeEventListener('change', hear);
  }, []);
  return calm;
}

/** Lets packets fall over the stage, each wave led by its sum. */
function useFalling(g: Give, on: boolean, tap: () => void): void {
  const last = useRef({ g, tap });
  last.current = { g, tap };
  useEffect(() => {
    const stage = document.querySelector<HTMLElement>('.stage');
    if (!on || !stage) return;
    const packets = new Packets(stage, () => last.current.tap());
    let led = -1;
    const lead = (): void => {
      const i = waveAt(last.current.g, client.now());
      if (i === led) return;
      led = i;
      packets.lead(wave(last.current.g, 'rainLead', i));
    };
    lead();
    const timer = setInterval(lead, 250);
    return () => {
      clearInterval(timer);
      packets.stop();
    };
  }, [on]);
}
