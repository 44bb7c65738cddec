import { useState } from 'preact/hooks';
import { raise } from './bridge.ts';
import { count } from './clean.ts';
import { Eye, Gear, Share } from './icons.tsx';
import { language, w } from './prefs.ts';
import { client, isOffline, likes, onAir, online, openSheet, status, tell, title } from './store.ts';

/** From how many on a count of viewers is shown. */
const COUNTED = 10;

export function Top() {
  const [followed, follow] = useState(false);
  // Comments and entries also come by other ways than a page that is open here, so a small count would say less than
  // everybody sees; and none means that nobody has counted yet.
  const known = online.value >= COUNTED;
  return (
    <header class="top">
      <div class="host">
        <span class="avatar" aria-hidden="true">
          <svg viewBox="0 0 40 40">
            <circle cx="20" cy="20" r="20" fill="#ffe3b3" />
            <path d="M8 16 9 5l9 6zM32 16 31 5l-9 6z" fill="#fff8ec" />
            <circle cx="20" cy="22" r="13" fill="#fff8ec" />
            <path d="M12 12c3-3 6-3 8-3l-4 8z" fill="#f2994a" />
            <circle cx="15" cy="21" r="1.900" fill="#3b2418" />
            <circle cx="25" cy="21" r="1.900" fill="#3b2418" />
            <path
              d="M17 26c1 1.500 2.500 1.500 3 0 .5 1.500 2 1.500 3 0"
              stroke="#3b2418"
              stroke-width="1.300"
              fill="none"
              stroke-linecap="round"
            />
          </svg>
        </span>
        <div class="host-words">
          <h1>
            <bdi>{title.value || w('app')}</bdi>
          </h1>
          <p>
            {onAir.value ? <span class="on">{w('live')}</span> : <span>{w('offair')}</span>}
            {known && <span class="watching">{w('online', { n: count(online.value, language.value) })}</span>}
            {likes.value > 0 && <span class="liked">{w('likes', { n: count(likes.value, language.value) })}</span>}
          </p>
        </div>
        <button
          type="button"
          class={`follow ${followed ? 'is-on' : ''}`}
          aria-pressed={followed}
          onClick={() => {
            follow(true);
            client.need('follow');
          }}
        >
          {followed ? w('followed') : w('follow')}
        </button>
      </div>
      <div class="top-right">
        {known && (
          <span class="pill" title={w('online', { n: online.value })}>
            <Eye />
            <b>{count(online.value, language.value)}</b>
            <span class="sr"> {w('online', { n: '' })}</span>
          </span>
        )}
        <button type="button" class="round" aria-label={w('share')} onClick={() => void share()}>
          <Share />
        </button>
        <button type="button" class="round" aria-label={w('settings')} onClick={() => openSheet('settings')}>
          <Gear />
        </button>
      </div>
    </header>
  );
}

async function share(): Promise<void> {
  const url = `${location.origin}${location.pathname}`;
  if (raise('share', { url, title: title.value })) return;
  try {
    if (navigator.share) await navigator.share({ url, title: title.value });
    else {
      await navigator.clipboard.writeText(url);
      tell(w('copied'));
    }
  } catch {
    // Called off.
  }
}

/** One calm line while the connection is not there; nothing is blocked by it. */
export function Connection() {
  const s = status.value;
  let text = '';
  if (isOffline.value) text = w('offline');
  else if (s.is === 'waiting') text = s.ms > 4_000 ? w('reconnectIn', { n: Math.ceil(s.ms / 1000) }) : w('reconnecting');
  else if (s.is === 'connecting' && s.attempt > 0) text = w('reconnecting');
  else if (s.is === 'connecting' && !title.value) text = w('connecting');
  if (!text) return null;
  return (
    <p class="connection" role="status">
      <span class="spin" aria-hidden="true" />
      {text}
    </p>
  );
}
