import { useEffect, useState } from 'preact/hooks';
import { sessionToken } from '../door/session.ts';
import { w } from '../door/text.ts';
import type { DoorWord } from '../words/door.ts';

interface Topology {
  partitions: { partition: number; owner: string; epoch: number; age: number; lag: number; refuse: number; rooms: number }[];
  edges: { edge: string; viewers: number; rooms: number; age: number }[];
  alarms: { code: string; n: number; what: string }[];
  boards: { name: string; url: string }[];
}

const EVERY_MS = 2_000;
const SILENT_MS = 3_000;

/** How the machinery stands, for operators: what needs somebody first, then who does what. */
export function Operator({ may }: { may: string[] }) {
  const [t, set] = useState<Topology | undefined>(undefined);
  const [heard, hear] = useState(Date.now());
  const [clock, tick] = useState(Date.now());
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      try {
        const answer = await fetch('/v1/operator', {
          cache: 'no-store',
          headers: { Authorization: `Bearer ${await sessionToken()}` },
        });
        if (answer.ok) {
          const doc = (await answer.json()) as Topology;
          if (gone) return;
          set(doc);
          hear(Date.now());
        }
      } catch {
        // The age below says it.
      }
      if (!gone) timer = setTimeout(() => void look(), EVERY_MS);
    };
    void look();
    const ticking = setInterval(() => tick(Date.now()), 1_000);
    return () => {
      gone = true;
      clearTimeout(timer);
      clearInterval(ticking);
    };
  }, []);
  if (!may.includes('operator.read')) return <main class="door">{w('opRefused')}</main>;
  const old = Math.round((clock - heard) / 1000);
  return (
    <main class="home op">
      <header>
        <h1>{w('opTitle')}</h1>
        <p class={old > 6 ? '' : 'soft'} role={old > 6 ? 'alert' : undefined}>
          {w(old > 6 ? 'opOld' : 'opAge', { n: Math.max(0, old) })}
        </p>
      </header>
      {t ? <Machinery t={t} /> : <p>{w('opNotYet')}</p>}
    </main>
  );
}

const age = (ms: number): string => (ms < 0 ? w('opMissing') : w('opAge', { n: (ms / 1000).toFixed(ms < 10_000 ? 1 : 0) }));

function Machinery({ t }: { t: Topology }) {
  const owners = new Map<string, Topology['partitions']>();
  for (const p of t.partitions) if (p.owner) owners.set(p.owner, [...(owners.get(p.owner) ?? []), p]);
  const heard = t.partitions.some((p) => p.age >= 0);
  return (
    <>
      <section aria-labelledby="h-alarms">
        <h2 id="h-alarms">{w('opAlarms')}</h2>
        {t.alarms.length === 0 && <p class={heard ? 'fine' : 'soft'}>{w(heard ? 'opFine' : 'opNotYet')}</p>}
        <ul class="alarms" aria-live="polite">
          {t.alarms.map((a) => (
            <li key={a.code}>{w(`alarm_${a.code}` as DoorWord, { n: a.n, what: a.what })}</li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="h-owners">
        <h2 id="h-owners">{w('opOwners')}</h2>
        <ul class="list">
          {[...owners].map(([owner, all]) => (
            <li key={owner}>
              <div>
                <b>
                  <bdi>{owner}</bdi>
                </b>
                <small>
                  {w('opOwned', { n: all.length })} · {w('opHeard')} {age(Math.max(...all.map((p) => p.age)))} · {w('opRooms')}{' '}
                  {all.reduce((n, p) => n + p.rooms, 0)}
                </small>
              </div>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="h-edges">
        <h2 id="h-edges">{w('opEdges')}</h2>
        {t.edges.length === 0 && <p class="soft">{w('opEdgesNone')}</p>}
        {t.edges.length > 0 && (
          <Table
            head={['opEdge', 'opViewers', 'opRooms', 'opHeard']}
            label="h-edges"
            rows={t.edges.map((e) => [e.edge, String(e.viewers), String(e.rooms), age(e.age)])}
          />
        )}
      </section>
      <section aria-labelledby="h-parts">
        <h2 id="h-parts">{w('opParts')}</h2>
        <div class="grid" aria-hidden="true">
          {t.partitions.map((p) => (
            <span key={p.partition} class={!p.owner || p.age > SILENT_MS ? 'bad' : ''}>
              {p.partition}
            </span>
          ))}
        </div>
        <details>
          <summary>{w('opEach')}</summary>
          <Table
            head={['opPart', 'opOwner', 'opEpoch', 'opHeard', 'opLag', 'opRooms']}
            label="h-parts"
            rows={t.partitions.map((p) => [
              String(p.partition),
              p.owner || w('opMissing'),
              String(p.epoch),
              age(p.age),
              p.lag < 0 ? w('opMissing') : String(p.lag),
              String(p.rooms),
            ])}
          />
        </details>
      </section>
      <section aria-labelledby="h-boards">
        <h2 id="h-boards">{w('opBoards')}</h2>
        {t.boards.length === 0 && <p class="soft">{w('opBoardsNone', { metrics: '/metrics' })}</p>}
        <ul class="list">
          {t.boards.map((b) => (
            <li key={b.name}>
              <a href={b.url} rel="noreferrer">
                {b.name}
              </a>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Table({ head, rows, label }: { head: DoorWord[]; rows: string[][]; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section class="wide" tabIndex={0} aria-labelledby={label}>
      <table>
        <thead>
          <tr>
            {head.map((h) => (
              <th key={h} scope="col">
                {w(h)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r[0]}>
              {r.map((cell, i) => (
                <td key={head[i]} data-label={head[i] && w(head[i])}>
                  <bdi>{cell}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
