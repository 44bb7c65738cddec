/** @jsxImportSource react */
import { Button, Card, Empty, Input, App as Notices, Tag } from 'antd';
import type { StudioWord } from '../words/studio.ts';
import type { Giveaway, Page, Room } from './api.ts';
import { when } from './format.ts';
import { colours } from './giveaways.tsx';
import { useDo, useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';

const coming = 'draft,approved,scheduled,announced,open,closing,sealed,drawn,claiming';

/** All rooms of the shop at a glance, and one button that stops what has not yet been announced. */
export function Wall() {
  const t = useWords();
  const { api, shop, rooms } = useStudio();
  const live = useLoad(() => onAir(rooms), [rooms], 10_000);
  const gives = useLoad(
    () => api.get<Page<Giveaway>>('giveaways', { shop: shop.id, state: coming, most: 200 }),
    [api, shop.id],
    3_000,
  );
  return (
    <>
      <div className="tools">
        <p className="hint">{t('wallHow', { n: rooms.length })}</p>
        <span className="gap" />
        <StopAll onDone={gives.again} />
      </div>
      {rooms.length === 0 && <Empty description={t('roomsNone')} />}
      <ul className="wall">
        {rooms.map((r) => (
          <li key={r.id}>
            <Tile
              room={r}
              live={live.value?.has(r.id) ?? false}
              gives={(gives.value?.items ?? []).filter((g) => g.room === r.id)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Which rooms are on air, as their viewers see it. */
async function onAir(rooms: readonly Room[]): Promise<Set<string>> {
  const on = new Set<string>();
  await Promise.all(
    rooms.map(async (r) => {
      const answer = await fetch(`/v1/rooms/${encodeURIComponent(r.id)}`, { cache: 'no-store' });
      if (answer.ok && ((await answer.json()) as { show?: { on?: boolean } }).show?.on) on.add(r.id);
    }),
  );
  return on;
}

const upcoming = new Set(['scheduled', 'announced']);
const now = new Set(['open', 'closing', 'sealed']);

function Tile({ room, live, gives }: { room: Room; live: boolean; gives: Giveaway[] }) {
  const t = useWords();
  const { money } = useMoney();
  const { shop, language } = useStudio();
  const at = gives.find((g) => now.has(g.state));
  const next = gives
    .filter((g) => upcoming.has(g.state))
    .sort((a, b) => (a.openAt || Number.MAX_VALUE) - (b.openAt || Number.MAX_VALUE))[0];
  const drafts = gives.filter((g) => g.state === 'draft').length;
  const unclaimed = gives.reduce(
    (n, g) => n + (g.state === 'claiming' || g.state === 'drawn' ? g.live.granted - g.live.claimed : 0),
    0,
  );
  const held = gives.filter((g) => g.state !== 'draft' && g.state !== 'approved').reduce((n, g) => n + g.worthFen, 0);
  return (
    <Card
      size="small"
      title={<bdi>{room.title || room.id}</bdi>}
      extra={<Tag color={live ? 'red' : 'default'}>{t(live ? 'onAir' : 'offAir')}</Tag>}
    >
      <dl>
        <div>
          <dt>{t('running')}</dt>
          <dd>
            {at ? (
              <>
                <Tag color={colours[at.state]}>{t(`state_${at.state}` as StudioWord)}</Tag> <bdi>{at.draft.title}</bdi>
              </>
            ) : (
              '—'
            )}
          </dd>
        </div>
        <div>
          <dt>{t('next')}</dt>
          <dd>
            {next ? (
              <>
                {next.openAt ? when(next.openAt, shop.zone, language) : t(`on_${next.draft.trigger.on}` as StudioWord)}{' '}
                <bdi>{next.draft.title}</bdi>
              </>
            ) : (
              '—'
            )}
          </dd>
        </div>
        <div>
          <dt>{t('promised')}</dt>
          <dd>{money(held)}</dd>
        </div>
        <div>
          <dt>{t('drafts')}</dt>
          <dd>{drafts}</dd>
        </div>
        <div>
          <dt>{t('unclaimed')}</dt>
          <dd>{unclaimed}</dd>
        </div>
      </dl>
      <a href={`/r/${room.id}`} target="_blank" rel="noreferrer">
        {t('viewerPage')}
      </a>
    </Card>
  );
}

function StopAll({ onDone }: { onDone: () => void }) {
  const t = useWords();
  const may = useMay();
  const act = useDo();
  const { modal } = Notices.useApp();
  const { api, shop } = useStudio();
  if (!may('giveaway.stop')) return null;
  const ask = (): void => {
    let why = '';
    modal.confirm({
      title: t('stopAsk'),
      content: (
        <>
          <p>{t('stopWhat')}</p>
          <Input aria-label={t('reason')} placeholder={t('reason')} maxLength={160} onChange={(e) => (why = e.target.value)} />
        </>
      ),
      okText: t('stopAll'),
      okButtonProps: { danger: true },
      onOk: () => act(() => api.post('stop', { shop: shop.id, reason: why.trim() || t('stopReason') })).then(onDone),
    });
  };
  return (
    <Button danger type="primary" size="large" onClick={ask}>
      {t('stopAll')}
    </Button>
  );
}
