import { useEffect, useRef, useState } from 'preact/hooks';
import { Qr } from '../door/qr.tsx';
import { callAs, type Session } from '../door/session.ts';
import { sorry, w } from '../door/text.ts';
import { currentToken, room } from './store.ts';

interface Code {
  key: string;
  digits: string;
  expires: number;
}

const mine = async <T,>(method: string, path: string, body?: unknown): Promise<T> =>
  callAs<T>((await currentToken()) ?? '', method, path, body);

/** Lets a tablet or a phone in, into this room alone: by its camera, or by six digits. */
export function Pair() {
  const box = useRef<HTMLDialogElement>(null);
  const [open, set] = useState(false);
  return (
    <>
      <button
        type="button"
        onClick={() => {
          set(true);
          box.current?.showModal();
        }}
      >
        {w('pair')}
      </button>
      <dialog ref={box} class="pair" aria-labelledby="h-pair" onClose={() => set(false)}>
        {open && <Code />}
        <form method="dialog">
          <button type="submit">{w('close')}</button>
        </form>
      </dialog>
    </>
  );
}

function Code() {
  const [code, show] = useState<Code | undefined>(undefined);
  const [left, count] = useState(0);
  const [screens, list] = useState<Session[]>([]);
  const [told, tell] = useState('');
  const [turn, again] = useState(0);
  const look = (): void =>
    void mine<{ items: Session[] }>('GET', 'sessions').then(
      (x) => list(x.items.filter((s) => s.kind === 'paired' && s.rooms.includes(room.value))),
      () => undefined, // the code is there all the same
    );
  useEffect(() => {
    const asked = Date.now();
    mine<Code & { expires: number }>('POST', 'pairs', { room: room.value }).then(
      (c) => {
        show(c);
        tell('');
      },
      (e) => tell(sorry(e)),
    );
    look();
    // By this device's own clock: two minutes from when it was asked for.
    const timer = setInterval(() => {
      const s = Math.ceil((asked + LIFE_MS - Date.now()) / 1000);
      count(Math.max(0, s));
      if (s % 3 === 0 && s > -600) look();
    }, 1_000);
    count(LIFE_MS / 1000);
    return () => clearInterval(timer);
  }, [turn]);
  const here = location.origin;
  return (
    <>
      <h2 id="h-pair">{w('pairTitle')}</h2>
      {told && <p role="alert">{told}</p>}
      {/^(localhost|127\.|\[::1\])/.test(location.hostname) && <p class="warn">{w('pairLocal')}</p>}
      {code && left > 0 && (
        <>
          <p>{w('pairScan')}</p>
          <Qr text={`${here}/login#k=${code.key}`} label={w('pairScan')} />
          <p>{w('pairType')}</p>
          <p>
            <bdi>{here}/login</bdi>
          </p>
          <output class="digits">
            {code.digits.slice(0, 3)} {code.digits.slice(3)}
          </output>
          <p class="soft">{w('pairLeft', { n: left })}</p>
        </>
      )}
      {code && left === 0 && (
        <p>
          {w('pairOver')}{' '}
          <button type="button" class="main" onClick={() => again(turn + 1)}>
            {w('pairAgain')}
          </button>
        </p>
      )}
      <p class="soft">{w('pairLimits')}</p>
      <h3>{w('pairScreens')}</h3>
      {screens.length === 0 && <p class="soft">{w('pairNone')}</p>}
      <ul>
        {screens.map((s) => (
          <li key={s.id}>
            <bdi>{s.device.replace(/^.*?\(([^;)]+).*$/, '$1')}</bdi>
            <button type="button" onClick={() => void mine('DELETE', `sessions/${s.id}`).then(look, (e) => tell(sorry(e)))}>
              {w('end')}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

const LIFE_MS = 120_000;
