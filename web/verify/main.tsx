import { Gossip } from '@fudai/sdk';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { bundlePath } from '../viewer/bundle.ts';
import type { Verdict } from '../viewer/checker.ts';
import { count } from '../viewer/clean.ts';
import { Contradiction } from '../viewer/fork.tsx';
import { counted } from '../viewer/outs.ts';
import { language, speak, w } from '../viewer/prefs.ts';
import { fork, recordEnv } from '../viewer/record.ts';
import { byOrder, seen, trust } from '../viewer/trust.ts';
import { Findings, useCheck } from '../viewer/verdict.tsx';
import { check } from '../viewer/verify.ts';
import type { Word } from '../words/index.ts';
import './style.css';

// The page one sends to somebody who was not there, at /verify/ROOM/EVENT: it
// repeats the draw on the reader's device at once and says in a sentence what
// came of it. It needs no login and opens no line to the room.

const path = /^\/verify\/([A-Za-z0-9._-]{1,64})\/([A-Za-z0-9._-]{1,64})\/?$/.exec(location.pathname);
const room = path?.[1] ?? '';
const event = path?.[2] ?? '';

const record = new Gossip(recordEnv(), `${location.origin}/`, (f) => {
  fork.value = f;
});

function Page() {
  const [step, run] = useCheck('running', async () => {
    const verdict = await check(room, event, undefined, undefined);
    record.hear(verdict?.note);
    void record.check();
    return verdict;
  });
  useEffect(() => {
    void run();
  }, []);
  useEffect(() => {
    document.title = w('verifyTitle');
  }, [language.value]);
  return (
    <main>
      <header>
        <h1>{w('verifyTitle')}</h1>
        <button type="button" onClick={() => void speak(language.value === 'zh' ? 'en' : 'zh')}>
          {language.value === 'zh' ? 'English' : '中文'}
        </button>
      </header>
      <Contradiction />
      <div aria-live="polite">
        {step.is === 'running' && <p class="lead">{w('checkRunning')}</p>}
        {step.is === 'missing' && <p class="lead">{w('verifyMissing')}</p>}
        {step.is === 'failed' && <p class="lead">{w('checkFailed')}</p>}
        {step.is === 'done' && <Outcome v={step.verdict} />}
      </div>
      {(step.is === 'missing' || step.is === 'failed') && (
        <button type="button" class="again" onClick={() => void run()}>
          {w('retry')}
        </button>
      )}
      <section>
        <h2>{w('verifyHow')}</h2>
        <ol>
          <li>{w('verifyHow1')}</li>
          <li>{w(step.is === 'done' ? sealing(step.verdict) : 'verifyHow2')}</li>
          <li>{w('verifyHow3')}</li>
        </ol>
      </section>
      <section>
        <h2>{w('verifyNot')}</h2>
        <p>{w('verifyNotText')}</p>
      </section>
    </main>
  );
}

/** How the order or the seal came about, by what the file shows of it. */
function sealing(v: Verdict): Word {
  if (byOrder(v)) return 'verifyHow2Order';
  return v.ok && seen(v) ? 'verifyHow2Seen' : 'verifyHow2';
}

function Outcome({ v }: { v: Verdict }) {
  const sentence = v.ok
    ? w(byOrder(v) ? 'verifyOkOrder' : 'verifyOk', { n: count(v.entrants, language.value), k: count(v.winners, language.value) })
    : w('checkBad');
  const outs = v.outs.reduce((sum, o) => sum + o.n, 0);
  return (
    <>
      {v.closeAt > 0 && (
        <p class="calm">
          <bdi>{w('verifyWhen', { event, open: clock(v.openAt), close: clock(v.closeAt) })}</bdi>
        </p>
      )}
      <p class={`lead ${v.ok ? 'ok' : 'bad'}`}>{sentence}</p>
      {v.ok && v.outs.length > 0 && (
        <section class="outs">
          <p>{w('outLine', { n: count(outs, language.value) })}</p>
          <ul>
            {v.outs.map((o) => (
              <li key={o.code}>
                <bdi>{counted(o, count(o.n, language.value))}</bdi>
              </li>
            ))}
          </ul>
        </section>
      )}
      {v.ok && (
        <section class="worth">
          <h2>{w('trustTitle')}</h2>
          {trust(v).map((key) => (
            <p key={key}>{w(key)}</p>
          ))}
          <p>{w('trustSeal')}</p>
          <p>
            {w('checkSeal')} <b class="seal">{v.seal}</b>
          </p>
        </section>
      )}
      <Findings v={v} />
      <p class="links">
        <a href={bundlePath(room, event)} download>
          {w('checkSave')}
        </a>
        <a href={`/v1/rules/${encodeURIComponent(event)}`}>{w('verifyRules')}</a>
      </p>
    </>
  );
}

/** With seconds: a lucky bag is open for less than a minute. */
const clock = (at: number): string =>
  new Intl.DateTimeFormat(language.value === 'zh' ? 'zh-CN' : 'en', { dateStyle: 'medium', timeStyle: 'medium' }).format(at);

const root = document.getElementById('verify');
if (root) render(<Page />, root);
