import { render } from 'preact';
import { count } from '../viewer/clean.ts';
import { language } from '../viewer/prefs.ts';
import { Bags, Comments, Health, HeldQueue, OnAir, Room } from './parts.tsx';
import { access, heardAt, notice, now, online, room, show, start, w } from './store.ts';
import './style.css';

const STALE_MS = 5_000;

function Desk() {
  if (access.value === 'refused')
    return (
      <main class="refused">
        <h1>{w('noAccess')}</h1>
        <p>{w('noAccessWhy')}</p>
      </main>
    );
  if (access.value === 'loading') return <main class="refused">{w('loading')}</main>;
  const old = now.value - heardAt.value;
  const n = notice.value;
  return (
    <>
      <header>
        <h1>
          {w('title')} <bdi>{room.value}</bdi>
        </h1>
        <p class={show.value.on ? 'on' : ''}>{show.value.on ? w('onAir') : w('offAir')}</p>
        <p>
          <b>{count(online.value, language.value)}</b> {w('online')}
        </p>
        <a href={`/r/${room.value}`} target="_blank" rel="noreferrer">
          {w('viewer')}
        </a>
        <button type="button" onClick={() => (language.value = language.value === 'zh' ? 'en' : 'zh')}>
          {language.value === 'zh' ? 'English' : '中文'}
        </button>
      </header>
      {old > STALE_MS && (
        <p class="stale" role="alert">
          {w('stale', { n: Math.round(old / 1000) })}
        </p>
      )}
      <main class="desk">
        <div>
          <HeldQueue />
          <Health />
        </div>
        <Comments />
        <div>
          {!show.value.on && <Room />}
          <OnAir />
          <Bags />
          {show.value.on && <Room />}
        </div>
      </main>
      <div class="notice" role="status" aria-live="polite">
        {n && (
          <p key={n.key}>
            {n.text}
            {n.undo && (
              <button type="button" onClick={n.undo}>
                {w('undo', { n: Math.max(0, Math.ceil(((n.until ?? 0) - now.value) / 1000)) })}
              </button>
            )}
          </p>
        )}
      </div>
    </>
  );
}

const path = /^\/desk\/([A-Za-z0-9._-]{1,64})\/?$/.exec(location.pathname);
start(path?.[1] ?? 'demo');
const root = document.getElementById('desk');
if (root) render(<Desk />, root);
