import { useRef, useState } from 'preact/hooks';
import { count } from './clean.ts';
import { Heart, Send } from './icons.tsx';
import { language, w } from './prefs.ts';
import { client, demo, heart, likes, muteAll, openSheet, user } from './store.ts';

const bytes = new TextEncoder();

export function Composer() {
  const [text, set] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const most = client.hello?.limits?.text ?? 300;
  const left = most - bytes.encode(text).length;
  const send = (e: Event): void => {
    e.preventDefault();
    const t = text.trim();
    if (t === '' || left < 0) return;
    client.say(t);
    set('');
    input.current?.focus({ preventScroll: true });
  };
  const muted = muteAll.value;
  const guest = !user.value;
  return (
    <form class="composer" onSubmit={send}>
      <div class="field">
        <input
          ref={input}
          id="say"
          type="text"
          enterKeyHint="send"
          autocomplete="off"
          maxLength={200}
          value={text}
          disabled={muted}
          aria-label={w('say')}
          aria-invalid={left < 0}
          placeholder={muted ? w('sayMuted') : guest ? w('sayLogin') : w('say')}
          onFocus={() => {
            if (guest && demo.value && !user.value) openSheet('name');
          }}
          onInput={(e) => set(e.currentTarget.value)}
        />
        {left < 30 && <span class={`left ${left < 0 ? 'over' : ''}`}>{left}</span>}
        <button type="submit" class="send" aria-label={w('send')} disabled={muted || text.trim() === '' || left < 0}>
          <Send />
        </button>
      </div>
      <button
        type="button"
        class="like"
        aria-label={w('like')}
        onClick={() => {
          client.like();
          heart(1, true);
        }}
      >
        <Heart />
        {likes.value > 0 && <span aria-hidden="true">{count(likes.value, language.value)}</span>}
      </button>
    </form>
  );
}
