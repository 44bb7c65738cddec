import { useEffect, useState } from 'preact/hooks';
import { People } from './people.tsx';
import { call, leave, type Session, sessionToken } from './session.ts';
import { roleName, sorry, w, when } from './text.ts';

/** Where somebody who is in may go, their devices, and who else works here. */
export function Home({ who, may }: { who: Session; may: string[] }) {
  const can = (...all: string[]): boolean => all.some((x) => may.includes(x));
  return (
    <main class="home">
      <header>
        <h1>{w('hello', { name: who.name })}</h1>
        <p class="roles">{who.roles.map(roleName).join(' · ')}</p>
        <button type="button" onClick={() => void leave().finally(() => location.assign('/login'))}>
          {w('leave')}
        </button>
      </header>
      <section aria-labelledby="h-where">
        <h2 id="h-where">{w('where')}</h2>
        <ul class="places">
          {can('room.write', 'shop.write') && (
            <li>
              <a href="/studio?part=start">{w('toStart')}</a>
              <p>{w('toStartHow')}</p>
            </li>
          )}
          {can('desk.view') && (
            <li>
              {who.rooms.length === 1 ? <a href={`/desk/${who.rooms[0]}`}>{w('toDesk')}</a> : <b>{w('toDesk')}</b>}
              <p>{w('toDeskHow')}</p>
              <Rooms rooms={who.rooms} />
            </li>
          )}
          {can('giveaway.write', 'giveaway.approve', 'prize.state', 'audit.read', 'shop.write') && (
            <li>
              <a href="/studio">{w('toStudio')}</a>
              <p>{w('toStudioHow')}</p>
            </li>
          )}
          {can('operator.read') && (
            <li>
              <a href="/operator">{w('toOperator')}</a>
              <p>{w('toOperatorHow')}</p>
            </li>
          )}
        </ul>
      </section>
      {can('staff.read') && <People write={can('staff.write')} />}
      <Devices />
    </main>
  );
}

/** The rooms one works in; where that is every room, those that were heard of, and a field for a new one. */
function Rooms({ rooms }: { rooms: string[] }) {
  const [all, set] = useState(rooms);
  useEffect(() => {
    if (rooms.length > 0) return;
    void (async () => {
      const answer = await fetch('/v1/rooms', { headers: { Authorization: `Bearer ${await sessionToken()}` } });
      if (answer.ok) set(((await answer.json()) as { rooms: string[] }).rooms.slice(0, 12));
    })();
  }, [rooms]);
  return (
    <>
      <p class="chips">
        {all.map((r) => (
          <a key={r} href={`/desk/${r}`}>
            <bdi>{r}</bdi>
          </a>
        ))}
      </p>
      {rooms.length === 0 && (
        <form
          class="row"
          onSubmit={(e) => {
            e.preventDefault();
            location.assign(`/desk/${String(new FormData(e.currentTarget).get('room'))}`);
          }}
        >
          <label>
            {w('room')}
            <input name="room" required pattern="[A-Za-z0-9._\-]{1,64}" />
          </label>
          <button type="submit">{w('openDesk')}</button>
        </form>
      )}
    </>
  );
}

function Devices() {
  const [all, set] = useState<Session[]>([]);
  const [told, tell] = useState('');
  const load = (): void =>
    void call<{ items: Session[] }>('GET', 'sessions').then(
      (x) => set(x.items),
      (e) => tell(sorry(e)),
    );
  useEffect(load, []);
  return (
    <section aria-labelledby="h-devices">
      <h2 id="h-devices">{w('devices')}</h2>
      <output>{told}</output>
      <ul class="list">
        {all.map((s) => (
          <li key={s.id}>
            <div>
              <b>
                {s.kind === 'paired' ? w('pairedTo', { rooms: s.rooms.join('') }) : s.mine ? w('thisDevice') : browser(s.device)}
              </b>
              <small>
                {browser(s.device)} · {w('since', { time: when(s.created) })}
              </small>
            </div>
            {!s.mine && (
              <button
                type="button"
                onClick={() =>
                  void call('DELETE', `sessions/${s.id}`).then(
                    () => {
                      tell(w('ended'));
                      load();
                    },
                    (e) => tell(sorry(e)),
                  )
                }
              >
                {w('end')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What people call a browser, from what it calls itself. */
export function browser(agent: string): string {
  const name = /MicroMessenger|Edg|OPR|Firefox|Chrome|Safari/.exec(agent)?.[0] ?? '';
  const on = /iPad|iPhone|Android|Windows|Mac OS X|Linux/.exec(agent)?.[0] ?? '';
  const names: Record<string, string> = { MicroMessenger: '微信', Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'Mac' };
  return [names[name] ?? name, names[on] ?? on].filter(Boolean).join(', ') || '?';
}
