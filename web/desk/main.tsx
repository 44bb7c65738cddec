import { render } from 'preact';
import { loginPage } from '../door/session.ts';
import { w as door } from '../door/text.ts';
import { count, line } from '../viewer/clean.ts';
import { language, speak } from '../viewer/prefs.ts';
import { First } from './first.tsx';
import { Health } from './health.tsx';
import { HostView } from './host.tsx';
import { Pair } from './pair.tsx';
import { Bags, Comments, HeldQueue, OnAir, Room } from './parts.tsx';
import { Questions } from './questions.tsx';
import { Scripts } from './scripts.tsx';
import { access, asHost, clock, heardAt, notice, online, room, show, start, w } from './store.ts';
import './style.css';

const STALE_MS = 5_000;

/** Everything: for the assistant, or for a host who runs the show alone. */
function Assistant() {
  return (
    <main class="desk">
      <div>
        <First />
        <Questions />
        <Health />
      </div>
      <div>
        <HeldQueue />
        <Comments />
      </div>
      <div>
        {!show.value.on && <Room />}
        <OnAir />
        <Scripts />
        <Bags />
        {show.value.on && <Room />}
      </div>
    </main>
  );
}

/** The view is in the address, so that a tablet comes back to the same one. */
function turn(host: boolean): void {
  asHost.value = host;
  const url = new URL(location.href);
  if (host) url.searchParams.set('view', 'host');
  else url.searchParams.delete('view');
  history.replaceState(null, '', url);
}

function Desk() {
  if (access.value === 'refused')
    return (
      <main class="refused">
        <h1>{w('noAccess')}</h1>
        <p>{w('noAccessWhy')}</p>
        <p>
          <a href={loginPage()}>{door('title')}</a>
        </p>
      </main>
    );
  if (access.value === 'loading') return <main class="refused">{w('loading')}</main>;
  const old = clock.value - heardAt.value;
  const host = asHost.value;
  const n = notice.value;
  return (
    <>
      <header class={host ? 'is-host' : ''}>
        <h1>
          {w('title')} <bdi title={room.value}>{line(show.value.title ?? '') || room.value}</bdi>
        </h1>
        <p class={show.value.on ? 'on' : ''}>{show.value.on ? w('onAir') : w('offAir')}</p>
        {online.value > 0 && (
          <p>
            <b>{count(online.value, language.value)}</b> {w('online')}
          </p>
        )}
        <button type="button" aria-pressed={host} onClick={() => turn(!host)}>
          {host ? w('assistantView') : w('hostView')}
        </button>
        {!host && (
          <a href={`/r/${room.value}`} target="_blank" rel="noreferrer">
            {w('viewer')}
          </a>
        )}
        {!host && <Pair />}
        {!host && (
          <button type="button" onClick={() => void speak(language.value === 'zh' ? 'en' : 'zh')}>
            {language.value === 'zh' ? 'English' : '中文'}
          </button>
        )}
      </header>
      {old > STALE_MS && (
        <p class="stale" role="alert">
          {w('stale', { n: Math.round(old / 1000) })}
        </p>
      )}
      {host ? <HostView /> : <Assistant />}
      <div class="notice" role="status" aria-live="polite">
        {n && (
          <p key={n.key}>
            {n.text}
            {n.undo && (
              <button type="button" onClick={n.undo}>
                {w('undo', { n: Math.max(0, Math.ceil(((n.until ?? 0) - clock.value) / 1000)) })}
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
