import { useEffect, useState } from 'preact/hooks';
import { ending, said, type Word } from '../words/index.ts';
import { money } from '../words/money.ts';
import { MyAppeals } from './appeal.tsx';
import {
  type Award,
  asks,
  awards,
  claim,
  type Ended,
  type Field,
  type Form,
  loadAwards,
  loadVoids,
  voids,
  waits,
} from './awards.ts';
import { line, span } from './clean.ts';
import { Bag } from './icons.tsx';
import { language, w } from './prefs.ts';
import { prizes } from './prizes.ts';
import { Sheet } from './sheet.tsx';
import { client, now, openSheet, sheetEvent, tell } from './store.ts';

const LOOK_MS = 4_000;

/** 我的奖品: what this viewer won, during the show and after it, and how to get it. */
export function MyPrizes({ onClose }: { onClose: () => void }) {
  useEffect(() => {
    const look = (): void => void loadAwards(client.token);
    look();
    void loadVoids(client.token);
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const list = awards.value;
  const known = new Set(list?.map((a) => a.event));
  const kept = prizes.value.filter((p) => !known.has(p.event));
  const none = (list?.length ?? 0) + kept.length + voids.value.length === 0;
  return (
    <Sheet title={w('myPrizes')} onClose={onClose} klass="my-prizes">
      {none && (
        <div class="empty">
          <Bag size={64} />
          <p class="calm">{w('myPrizesNone')}</p>
        </div>
      )}
      <ul>
        {list?.map((a) => (
          <AwardRow key={a.grant} a={a} />
        ))}
        {kept.map((p) => (
          <li key={p.event}>
            <div>
              <b>
                <bdi>{p.prize}</bdi>
              </b>
              <small>
                <bdi>{p.title}</bdi> · {day(p.at)}
              </small>
            </div>
            <span class="award-state">{w('awardNoted')}</span>
          </li>
        ))}
        {voids.value.map((x) => (
          <VoidRow key={x.event} x={x} />
        ))}
      </ul>
      <MyAppeals />
    </Sheet>
  );
}

/** It was entered and never drawn: why, and what the organiser gives for it. */
function VoidRow({ x }: { x: Ended }) {
  const s = ending(language.value, line(x.why), x.code);
  return (
    <li class="award is-void">
      <div>
        <b>
          <bdi>{line(x.eventName)}</bdi>
        </b>
        <small>{day(x.at)}</small>
        <small>
          <bdi>{w('resultVoidWhy', { why: s.what })}</bdi>
        </small>
        {s.text && (
          <small>
            <bdi>{w('resultSaid', { text: s.text })}</bdi>
          </small>
        )}
        {x.compensation && (
          <small class="compensation">
            <bdi>{w('resultPromised', { what: line(x.compensation) })}</bdi>
          </small>
        )}
      </div>
      <div class="award-side">
        <span class="award-state">{w('award_void')}</span>
      </div>
    </li>
  );
}

const day = (at: number): string =>
  new Intl.DateTimeFormat(language.value === 'zh' ? 'zh-CN' : 'en', { dateStyle: 'medium', timeStyle: 'short' }).format(at);

function AwardRow({ a }: { a: Award }) {
  const [open, show] = useState(a.state === 'to-claim' && sheetEvent.value === a.event && asks(a));
  const [why, say] = useState('');
  const left = (a.deadline ?? 0) - now.value;
  const take = async (): Promise<void> => {
    if (asks(a)) return show(true);
    say(await claim(client.token, a.grant, undefined));
  };
  const words = why ? said(language.value, why) : undefined;
  return (
    <li class={`award is-${a.state}`}>
      <div>
        <b>
          <bdi>{line(a.title)}</bdi>
          {a.amountFen ? ` ${money(a.amountFen, a.currency)}` : ''}
        </b>
        <small>
          <bdi>{line(a.eventName)}</bdi> · {day(a.wonAt)}
        </small>
        {a.state === 'to-claim' && left > 0 && !waits(a) && (
          <small class="award-left">{w('awardLeft', { time: long(left) })}</small>
        )}
        <Confirmation a={a} left={left} />
        {a.tracking && (
          <small>
            <bdi>
              {line(a.carrier)} {line(a.tracking)}
            </bdi>
          </small>
        )}
        {a.code && <Code code={a.code} />}
        <button type="button" class="link" onClick={() => openSheet('check', a.event)}>
          {w('check')}
        </button>
      </div>
      <div class="award-side">
        <span class="award-state">
          {w(a.state === 'to-ship' && a.kind !== 'goods' ? 'award_to-send' : (`award_${a.state}` as Word))}
        </span>
        {a.state === 'to-claim' && !open && (
          <button type="button" class="go" onClick={() => void take()}>
            {w('openPrize')}
          </button>
        )}
        {(a.state === 'to-ship' || a.state === 'to-confirm') && asks(a) && !open && (
          <button type="button" class={a.hasForm ? 'link' : 'go'} onClick={() => show(true)}>
            {w(a.kind !== 'goods' ? 'formChange' : a.hasForm ? 'addressChange' : 'addressGive')}
          </button>
        )}
      </div>
      {open && <ClaimForm a={a} onDone={() => show(false)} />}
      {words && (
        <p class="award-why" role="alert">
          {words.what} · {words.next}
        </p>
      )}
    </li>
  );
}

/** Of a large prize: what the platform has still to do with this viewer, until when, or why it is lost. */
function Confirmation({ a, left }: { a: Award; left: number }) {
  if (a.state === 'expired' && a.why === 'unconfirmed') return <small>{w('confirmLost')}</small>;
  if (a.stepUp && a.confirmedAt && a.state === 'to-claim') return <small>{w('confirmDone')}</small>;
  if (!waits(a) || left <= 0) return null;
  return (
    <small>{w(a.refusals ? 'confirmAgain' : a.state === 'to-claim' ? 'confirmToo' : 'confirmWait', { time: long(left) })}</small>
  );
}

/** Days where there are many hours. */
function long(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return days > 0 ? `${w('d', { n: days })} ${span(ms % 86_400_000)}` : span(ms);
}

function Code({ code }: { code: string }) {
  return (
    <span class="award-code">
      <bdi>
        <output>{code}</output>
      </bdi>{' '}
      <button
        type="button"
        class="link"
        onClick={() =>
          void navigator.clipboard.writeText(code).then(
            () => tell(w('codeCopied')),
            () => undefined,
          )
        }
      >
        {w('codeCopy')}
      </button>
    </span>
  );
}

/** Where to send it, and what else the shop asks. The shop alone reads it; the field's names let the browser fill it. */
function ClaimForm({ a, onDone }: { a: Award; onDone: () => void }) {
  const [state, turn] = useState<'' | 'busy' | string>('');
  const send = async (e: SubmitEvent): Promise<void> => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement);
    turn('busy');
    const why = await claim(client.token, a.grant, written(f, a.fields ?? []));
    if (why === '') {
      tell(w('addressSent'));
      onDone();
    } else turn(why);
  };
  const words = state && state !== 'busy' ? said(language.value, state) : undefined;
  return (
    <form class="address" onSubmit={(e) => void send(e)}>
      {a.fields?.map((q) => (
        <Question key={q.id} q={q} />
      ))}
      {a.kind === 'goods' && <Where />}
      <label>
        <span>{w('addressNote')}</span>
        <input name="note" maxLength={100} />
      </label>
      <p class="calm">{w('addressPrivate')}</p>
      {words && (
        <p class="award-why" role="alert">
          {words.what} · {words.next}
        </p>
      )}
      <button type="submit" class="go big" disabled={state === 'busy'}>
        {state === 'busy' ? w('st_submitting') : w('addressGo')}
      </button>
    </form>
  );
}

/** What the form says; empty answers are left out. */
function written(f: FormData, fields: Field[]): Form {
  const of = (k: string): string => String(f.get(k) ?? '').trim();
  const some = (names: string[], prefix = ''): Record<string, string> =>
    Object.fromEntries(names.map((n) => [n, of(prefix + n)]).filter(([, v]) => v !== ''));
  const answers = some(
    fields.map((q) => q.id),
    ASKED,
  );
  return { ...some(['name', 'phone', 'address', 'note']), ...(Object.keys(answers).length > 0 && { answers }) };
}

/** Before the names of the shop's own questions, so that none is taken for the address. */
const ASKED = 'asked.';

/** One question of the shop: a few choices are there to tap, anything else is written. */
function Question({ q }: { q: Field }) {
  const label = (
    <>
      <bdi>{line(q.title)}</bdi>
      {q.optional && <small>{w('formOptional')}</small>}
    </>
  );
  if (!q.options?.length)
    return (
      <label>
        <span>{label}</span>
        <input name={ASKED + q.id} maxLength={100} required={!q.optional} autocomplete="off" />
      </label>
    );
  return (
    <fieldset class="asked">
      <legend>{label}</legend>
      {q.options.map((o) => (
        <label key={o}>
          <input type="radio" name={ASKED + q.id} value={o} required={!q.optional} />
          <bdi>{line(o)}</bdi>
        </label>
      ))}
    </fieldset>
  );
}

function Where() {
  return (
    <>
      <label>
        <span>{w('addressName')}</span>
        <input name="name" autocomplete="name" maxLength={30} required />
      </label>
      <label>
        <span>{w('addressPhone')}</span>
        <input name="phone" type="tel" autocomplete="tel" inputMode="tel" minLength={5} maxLength={20} required />
      </label>
      <label>
        <span>{w('addressWhere')}</span>
        <textarea name="address" autocomplete="street-address" rows={2} maxLength={150} required />
      </label>
    </>
  );
}
