import { signal } from '@preact/signals';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { Operator } from '../operator/page.tsx';
import { language } from '../viewer/prefs.ts';
import { Home } from './home.tsx';
import { enter, Refused, type Session, signedIn, ways } from './session.ts';
import './style.css';
import { because, sorry, w } from './text.ts';

// The door of the staff: /login#k=KEY for a link, /login for everything else;
// /operator is behind it.

type Place = { at: 'loading' } | { at: 'outside'; why: string } | { at: 'in'; who: Session; may: string[] };

const place = signal<Place>({ at: 'loading' });
const provider = signal('');

/** Where to go on to: a page of ours, never another site's. */
function onward(): string | undefined {
  const to = new URLSearchParams(location.search).get('to') ?? '';
  return /^\/(desk\/[\w.-]{1,64}|studio|operator)(\?[\w=&.-]*)?$/.test(to) ? to : undefined;
}

/** The key stands behind the #, which no server sees, and leaves the address at once. */
function takeKey(): string | undefined {
  const key = new URLSearchParams(location.hash.slice(1)).get('k') ?? undefined;
  if (key) history.replaceState(null, '', location.pathname + location.search);
  return key;
}

async function inside(): Promise<void> {
  const { who, may } = await signedIn(true);
  if (location.pathname !== '/operator') {
    const to = who.kind === 'paired' ? `/desk/${who.rooms[0]}${who.roles[0] === 'host' ? '?view=host' : ''}` : onward();
    if (to) {
      location.replace(to);
      return;
    }
  }
  place.value = { at: 'in', who, may };
}

async function come(by?: { key: string } | { digits: string }): Promise<void> {
  try {
    if (by) await enter(by);
    await inside();
  } catch (e) {
    const nobody = e instanceof Refused && e.code === 'no-session' && !by;
    place.value = { at: 'outside', why: nobody ? '' : sorry(e) };
    if (!provider.value)
      ways().then(
        (x) => (provider.value = x.provider),
        () => undefined,
      ); // without it the links remain
  }
}

function Outside({ why }: { why: string }) {
  const told = why || because0(new URLSearchParams(location.search).get('why'));
  return (
    <main class="door">
      <h1>
        <b>{w('brand')}</b> {w('title')}
      </h1>
      {told && <p role="alert">{told}</p>}
      {provider.value && (
        <>
          <a class="main" href="/v1/staff/oidc">
            {w('byProvider', { name: provider.value })}
          </a>
          <p class="or">{w('or')}</p>
        </>
      )}
      <p>{w('byLink')}</p>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          const digits = new FormData(e.currentTarget).get('digits');
          place.value = { at: 'loading' };
          void come({ digits: String(digits ?? '') });
        }}
      >
        <h2>{w('byDigits')}</h2>
        <p>{w('byDigitsHow')}</p>
        <label>
          {w('digits')}
          <input
            name="digits"
            inputMode="numeric"
            autocomplete="one-time-code"
            required
            pattern="[0-9０-９ ]{6,8}"
            maxLength={8}
            placeholder="000 000"
          />
        </label>
        <button type="submit" class="main">
          {w('go')}
        </button>
      </form>
      <p class="soft">{w('lost')}</p>
    </main>
  );
}

const because0 = (code: string | null): string => (code ? because(code) : '');

function Door() {
  const p = place.value;
  useEffect(() => {
    document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
    document.title = `${w('brand')} ${location.pathname === '/operator' ? w('opTitle') : w('title')}`;
  }, [language.value]);
  if (p.at === 'loading') return <main class="door">{w('entering')}</main>;
  if (p.at === 'outside') return <Outside why={p.why} />;
  if (location.pathname === '/operator') return <Operator may={p.may} />;
  return <Home who={p.who} may={p.may} />;
}

const key = takeKey();
void come(key ? { key } : undefined);
const root = document.getElementById('door');
if (root) render(<Door />, root);
