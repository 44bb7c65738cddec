import { memo } from 'preact/compat';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { said } from '../words/index.ts';
import { count } from './clean.ts';
import { Check, Pin as PinIcon } from './icons.tsx';
import { language, w } from './prefs.ts';
import { answer, banner, client, pins, quiet, type Row, rows, user } from './store.ts';
import { Said } from './translated.tsx';

/** The comments as a list: what flew by can be read, by eye and by screen reader. */
export function Chat() {
  const list = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const stick = useRef(true);
  const all = rows.value;
  const lang = language.value;
  useLayoutEffect(() => {
    const l = list.current;
    if (l && stick.current) l.scrollTop = l.scrollHeight;
  }, [all]);
  useEffect(() => {
    const l = list.current;
    if (!l) return;
    const watch = new ResizeObserver(() => {
      if (stick.current) l.scrollTop = l.scrollHeight;
    });
    watch.observe(l);
    return () => watch.disconnect();
  }, []);
  const scrolled = (): void => {
    const l = list.current;
    if (!l) return;
    stick.current = l.scrollHeight - l.scrollTop - l.clientHeight < 48;
    if (away === stick.current) setAway(!stick.current);
  };
  const down = (): void => {
    stick.current = true;
    setAway(false);
    const l = list.current;
    if (l) l.scrollTop = l.scrollHeight;
  };
  return (
    <section class="chat" aria-label={w('comments')}>
      <Pinned />
      <div class="chat-box">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
        <div ref={list} class="rows" role="log" aria-live="off" aria-label={w('commentsList')} tabIndex={0} onScroll={scrolled}>
          <ol>
            {all.map((r) => (
              <Line key={r.key} row={r} lang={lang} />
            ))}
          </ol>
        </div>
        {away && (
          <button type="button" class="newer" onClick={down}>
            {w('newComments')} ↓
          </button>
        )}
      </div>
      <div class="banner-slot" aria-hidden="true">
        {banner.value && (
          <p class="banner" key={banner.value.key}>
            <bdi>{banner.value.text}</bdi>
          </p>
        )}
      </div>
    </section>
  );
}

function Pinned() {
  const a = answer.value;
  const p = pins.value.at(-1);
  if (!a && !p) return null;
  return (
    <div class="pinned">
      <PinIcon />
      {a ? (
        <p>
          <span class="pinned-label">{w('answer')}</span> <Said key={a.x} x={a.x} tr={a.tr} />
          {a.q && (
            <small>
              <bdi>{w('answerQ', { q: a.q })}</bdi>
            </small>
          )}
        </p>
      ) : (
        <p>
          <span class="pinned-label">{w('pinned')}</span> <Said key={p?.x} x={p?.x} tr={p?.tr} />
        </p>
      )}
    </div>
  );
}

const Line = memo(function Line({ row: r, lang }: { row: Row; lang: string }) {
  if (r.kind === 'note') return <li class="row note">{r.tr ? <Said x={r.text} tr={r.tr} /> : r.text}</li>;
  if (r.kind === 'agg')
    return (
      <li class="row agg">
        <bdi class="text">{r.text}</bdi> <b class="times">×{count(r.count, lang)}</b>
      </li>
    );
  const tag = label(r);
  return (
    <li class={`row k-${r.klass} ${r.own ? 'own' : ''}`}>
      {tag && <span class={`tag t-${r.own ? 'own' : r.klass}`}>{tag}</span>}
      {r.fan ? <span class="fan">{r.fan}</span> : null}
      <bdi class="name">{r.own ? user.value?.name || r.name : r.name}</bdi> <Said klass="text" x={r.text} tr={r.tr} />
      {r.mine && <State row={r} />}
    </li>
  );
});

function label(r: Row): string {
  if (r.own) return w('me');
  switch (r.klass) {
    case 'host':
    case 'answer':
      return w('host');
    case 'moderator':
      return w('moderator');
    case 'system':
      return w('system');
    case 'question':
      return w('asks');
    case 'purchase':
      return w('bought');
  }
  return '';
}

/** What became of one's own comment: a tick, or a sentence. */
function State({ row }: { row: Row }) {
  const m = row.mine;
  if (!m) return null;
  if (m.state === 'sending') return <span class="state wait">{w('mineSending')}</span>;
  const words = m.code ? said(language.value, m.code) : undefined;
  if (m.state === 'failed')
    return (
      <button type="button" class="state bad" title={words?.why} onClick={() => client.retry(m.id)}>
        {words?.what ?? w('st_failed')} · {w('retry')}
      </button>
    );
  if (!m.code || quiet.has(m.code))
    return (
      <span class="state ok" role="img" aria-label={w('mineSent')}>
        <Check />
      </span>
    );
  return (
    <span class="state said" title={[words?.why, words?.next].filter(Boolean).join(' · ')}>
      {words?.what}
      {words?.next && <small> {words.next}</small>}
    </span>
  );
}
