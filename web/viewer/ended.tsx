import { said } from '../words/index.ts';
import { language, w } from './prefs.ts';
import { client, demo, openSheet, status } from './store.ts';

/** The connection ended for good: what happened, why, and what to do. */
export function Ended() {
  const s = status.value;
  if (s.is !== 'ended') return null;
  const words = said(language.value, s.why === 'login-needed' ? 'login-needed' : s.code);
  const login = s.why === 'login-needed' || s.code === 401 || s.code === 4001;
  return (
    <section class="ended" role="alert">
      <h2>{words.what}</h2>
      {words.why && <p>{words.why}</p>}
      {words.next && <p>{words.next}</p>}
      <button
        type="button"
        class="go"
        onClick={() => {
          if (login && demo.value) openSheet('name');
          else if (login) client.need('login');
          else client.start();
        }}
      >
        {login ? w('sayLogin') : w('rejoin')}
      </button>
    </section>
  );
}
