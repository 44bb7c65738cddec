import { useState } from 'preact/hooks';
import { count, line, name, span } from '../viewer/clean.ts';
import { language } from '../viewer/prefs.ts';
import type { DeskWord } from '../words/desk.ts';
import { money, sign } from '../words/money.ts';
import type { Held } from './api.ts';
import { EndIt } from './end.tsx';
import { StreamForm } from './first.tsx';
import { GoodsList } from './goods.tsx';
import { Hold } from './hold.tsx';
import { currency, ReadyBags, ready } from './ready.tsx';
import {
  byLink,
  command,
  gives,
  lease,
  now,
  pins,
  product,
  type Row,
  rows,
  settings,
  show,
  turnedDown,
  view,
  w,
  whyRefused,
  withOther,
} from './store.ts';

const fen = (v: FormDataEntryValue | null): number => Math.round(Number(v ?? 0) * 100);
const id = (prefix: string): string => `${prefix}-${Date.now().toString(36)}`;

/** What the room holds back; the first one that nobody else works on is decided by A and X. */
export function HeldQueue() {
  const held = view.value?.held ?? [];
  const decide = (h: Held, ok: boolean): void => {
    const v = view.value;
    if (v) view.value = { ...v, held: v.held.filter((x) => x.o !== h.o) };
    if (ok)
      void command(
        'verdict',
        { offset: h.o, action: 'allow' },
        { text: w('letThrough'), kind: 'retract', data: { offsets: [h.o], reason: w('reason_staff') } },
      );
    else
      void command(
        'verdict',
        { offset: h.o, action: 'block', reason: w('reason_ads'), undoable: true },
        { text: w('blockedNow'), kind: 'verdict', data: { offset: h.o, action: 'undo' } },
      );
  };
  const first = held.find((h) => !withOther(h));
  const keyed = (e: KeyboardEvent): void => {
    if (first && (e.key === 'a' || e.key === 'x')) decide(first, e.key === 'a');
  };
  return (
    <section class="card held" aria-labelledby="h-held" onKeyDown={keyed} onFocusIn={() => first && void lease(first)}>
      <h2 id="h-held">
        {w('held')} <b>{held.length}</b>
      </h2>
      {held.length === 0 ? (
        <p class="none">{w('heldNone')}</p>
      ) : (
        <>
          <p class="hint">{w('heldHint')}</p>
          <ul>
            {held.map((h) => (
              <li key={h.o} onPointerEnter={() => void lease(h)}>
                <p>
                  <bdi class="who">{name(h.n)}</bdi> <bdi>{line(h.x)}</bdi>
                </p>
                {withOther(h) ? (
                  <p class="none">{w('takenBy', { who: name(h.by ?? '') })}</p>
                ) : (
                  <div class="acts">
                    <button type="button" class="ok" onClick={() => decide(h, true)}>
                      {w('allow')}
                    </button>
                    <button type="button" class="bad" onClick={() => decide(h, false)}>
                      {w('block')}
                    </button>
                  </div>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

export function Comments() {
  const [open, set] = useState<number | undefined>(undefined);
  return (
    <section class="card comments" aria-labelledby="h-comments">
      <h2 id="h-comments">{w('comments')}</h2>
      {rows.value.length === 0 && <p class="none">{w('commentsNone')}</p>}
      <ul>
        {rows.value.map((r) => (
          <li key={r.o} class={`k-${r.k}`}>
            <button type="button" class="row" aria-expanded={open === r.o} onClick={() => set(open === r.o ? undefined : r.o)}>
              <bdi class="who">{r.n}</bdi> <bdi>{r.x}</bdi>
            </button>
            {open === r.o && <Acts row={r} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Acts({ row: r }: { row: Row }) {
  return (
    <div class="acts">
      <button type="button" onClick={() => void command('pin', { pin: `c${r.o}`, offset: r.o, name: r.n, text: r.x })}>
        {w('pin')}
      </button>
      <button
        type="button"
        onClick={() =>
          void command(
            'mute',
            { offset: r.o, seconds: 600, reason: w('reason_ads') },
            { text: w('muted', { n: r.n }), kind: 'unmute', data: { offset: r.o, reason: w('reason_staff') } },
          )
        }
      >
        {w('mute')}
      </button>
      <Hold klass="bad" onHold={() => void command('retract', { offsets: [r.o], reason: w('reason_staff') })}>
        {w('retract')}
      </Hold>
    </div>
  );
}

export function OnAir() {
  const p = product.value;
  const air = (e: SubmitEvent): void => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const f = new FormData(form);
    void command('product', {
      item: id('sku'),
      title: String(f.get('title')),
      link: Number(f.get('link')) || 0,
      price: fen(f.get('price')),
      stock: Number(f.get('stock')) || 0,
      facts: String(f.get('facts') ?? '')
        .split(/[\n;；]/)
        .map((x) => x.trim())
        .filter(Boolean)
        .slice(0, 6),
      as_of: Math.round(now.value),
    }).then((ok) => ok && form.reset());
  };
  return (
    <section class="card air" aria-labelledby="h-air">
      <h2 id="h-air">{w('product')}</h2>
      {p ? (
        <div class="big">
          <p class="name">
            {p.link ? <b>{p.link}</b> : null} <bdi>{line(p.title)}</bdi>
          </p>
          <p class="price">{money(p.price, p.currency)}</p>
          <button type="button" onClick={() => void command('product', { item: '' })}>
            {w('productOff')}
          </button>
        </div>
      ) : (
        <p class="none">{w('productNone')}</p>
      )}
      <GoodsList />
      <form onSubmit={air}>
        <Field name="title" label={w('productName')} max={60} />
        <Amount name="link" label={w('productLink')} />
        <Amount name="price" label={w('productPrice', { sign: sign(view.value?.currency) })} step="0.01" value="" />
        <Amount name="stock" label={w('productStock')} />
        <label class="wide">
          <span>{w('productFacts')}</span>
          <input name="facts" type="text" maxLength={200} />
        </label>
        <button type="submit" class="main">
          {w('productAir')}
        </button>
      </form>
    </section>
  );
}

function Field(p: { name: string; label: string; max: number }) {
  return (
    <label>
      <span>{p.label}</span>
      <input name={p.name} type="text" maxLength={p.max} required />
    </label>
  );
}

function Amount(p: { name: string; label: string; value?: string; step?: string; min?: number }) {
  return (
    <label>
      <span>{p.label}</span>
      <input
        name={p.name}
        type="number"
        min={p.min ?? 0}
        step={p.step ?? '1'}
        defaultValue={p.value ?? ''}
        required={p.value !== undefined}
      />
    </label>
  );
}

const LATER_MIN = 2;
/** How often a giveaway may close later. */
const LATER_MOST = 2;

/** Closes later, or gives the time of an interruption back: viewers read why, and nobody loses an entry. */
const later = (event: string, pause: boolean): void =>
  void command('plan', {
    extend: { event, byMs: LATER_MIN * 60_000, ...(pause && { pause }), reason: w(pause ? 'reason_pause' : 'reason_later') },
  });

const over = new Set(['drawn', 'claiming', 'settled', 'cancelled', 'void']);

export function Bags() {
  const running = gives.value.filter((g) => !over.has(g.state ?? ''));
  const open = (e: SubmitEvent): void => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement);
    // On a whole second, as rounds are due: the result comes up to a second sooner.
    const at = Math.ceil(now.value / 1000 + 3) * 1000;
    void command('plan', {
      event: id('bag'),
      kind: 'bag',
      ...(currency.value && { currency: currency.value }),
      title: String(f.get('prize')),
      phrases: [String(f.get('phrase'))],
      openAt: at,
      closeAt: at + Number(f.get('minutes')) * 60_000,
      prizes: [{ id: 'p1', title: String(f.get('prize')), qty: Number(f.get('count')), valueFen: fen(f.get('value')) }],
    });
  };
  return (
    <section class="card bags" aria-labelledby="h-bags">
      <h2 id="h-bags">{w('bag')}</h2>
      {turnedDown.value.map((r) => (
        <p key={r.id} class="turned" role="alert">
          {whyRefused(r)}{' '}
          <button type="button" onClick={() => (turnedDown.value = turnedDown.value.filter((x) => x.id !== r.id))}>
            {w('putAway')}
          </button>
        </p>
      ))}
      {running.length === 0 && <p class="none">{w('bagNone')}</p>}
      <ul>
        {running.map((g) => (
          <li key={g.event}>
            <p>
              <b>{w(`state_${g.state ?? 'announced'}` as DeskWord)}</b> <bdi>{line(g.title)}</bdi>{' '}
              {g.state === 'open' && g.close_at ? <time>{span(g.close_at - now.value)}</time> : null}{' '}
              {w('bagEntered', { n: count(g.entered, language.value) })}
            </p>
            {(g.state === 'announced' || g.state === 'open') && (
              <div class="acts">
                {g.kind !== 'rain' && // open for seconds: minutes more would be refused
                  (g.extended?.length ?? 0) < LATER_MOST && (
                    <>
                      <Hold onHold={() => later(g.event, false)}>{w('bagLater', { n: LATER_MIN })}</Hold>
                      <Hold onHold={() => later(g.event, true)}>{w('bagPause', { n: LATER_MIN })}</Hold>
                    </>
                  )}
                <EndIt g={g} />
              </div>
            )}
          </li>
        ))}
      </ul>
      <ReadyBags />
      {view.value?.shop !== undefined ? (
        <p class="none">
          {w(ready.value.length > 0 ? 'bagOfShop' : 'bagOfShopNone')}{' '}
          {!byLink() && <a href="/studio?part=library">{w('bagStudio')}</a>}
        </p>
      ) : (
        <form onSubmit={open}>
          <Field name="phrase" label={w('bagPhrase')} max={30} />
          <Field name="prize" label={w('bagPrize')} max={60} />
          <Amount name="count" label={w('bagCount')} min={1} value="1" />
          <Amount name="value" label={w('bagValue', { sign: sign(currency.value).trim() })} step="0.01" value="0" />
          <Amount name="minutes" label={w('bagMinutes')} min={1} value="3" />
          <button type="submit" class="main">
            {w('bagStart')}
          </button>
        </form>
      )}
    </section>
  );
}

export function Room() {
  const s = settings.value;
  const on = show.value.on === true;
  const [title, set] = useState('');
  return (
    <section class="card room" aria-labelledby="h-room">
      <h2 id="h-room">{w('settings')}</h2>
      {on ? (
        <Hold klass="bad" onHold={() => void command('show-end', { show: show.value.show, open: 'finish' })}>
          {w('goOff')}
        </Hold>
      ) : (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            void command('show-start', { show: id('show'), title });
          }}
        >
          <label>
            <span>{w('showTitle')}</span>
            <input value={title} maxLength={60} onInput={(e) => set(e.currentTarget.value)} />
          </label>
          <button type="submit" class="main">
            {w('goLive')}
          </button>
        </form>
      )}
      <label>
        <span>{w('slow')}</span>
        <select value={String(s.slow_ms ?? 0)} onChange={(e) => void command('room', { slow_ms: Number(e.currentTarget.value) })}>
          {[0, 3, 10, 30, 60].map((n) => (
            <option key={n} value={String(n * 1000)}>
              {n === 0 ? w('slowOff') : w('slowS', { n })}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        aria-pressed={Boolean(s.mute_all)}
        onClick={() => void command('room', { mute_all: s.mute_all ? '' : 'viewer' })}
      >
        {s.mute_all ? w('lift') : w('quiet')}
      </button>
      <details>
        <summary>{w('picture')}</summary>
        <StreamForm key={`${s.stream ?? ''}${s.video_delay_ms ?? 0}`} />
      </details>
      <h2>{w('pinned')}</h2>
      {pins.value.length === 0 && <p class="none">{w('pinnedNone')}</p>}
      <ul>
        {pins.value.map((p) => (
          <li key={p.pin}>
            <bdi>{line(p.x)}</bdi>{' '}
            <button type="button" onClick={() => void command('unpin', { pin: p.pin })}>
              {w('unpin')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
