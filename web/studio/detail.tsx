/** @jsxImportSource react */
import { Alert, Descriptions, Drawer, Spin, Statistic, Steps, Table } from 'antd';
import type { StudioWord } from '../words/studio.ts';
import { Actions } from './actions.tsx';
import type { Giveaway, GiveState, Tier } from './api.ts';
import { opening, when } from './format.ts';
import { Funnel } from './funnel.tsx';
import { State } from './giveaways.tsx';
import { endOf, problem } from './say.ts';
import { useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';
import { Suspects } from './suspects.tsx';

interface Props {
  id: string;
  onClose: () => void;
  onEdit: (g: Giveaway) => void;
  onChange: () => void;
}

const way: GiveState[] = ['draft', 'scheduled', 'announced', 'open', 'sealed', 'drawn', 'settled'];
const step = (s: GiveState): number =>
  way.indexOf(s === 'approved' ? 'draft' : s === 'closing' ? 'open' : s === 'claiming' ? 'drawn' : s);

/** One giveaway: where it stands, what it promises, what came of it, and what may be done now. */
export function Detail({ id, onClose, onEdit, onChange }: Props) {
  const t = useWords();
  const may = useMay();
  const { money } = useMoney();
  const { api, shop, rooms, language } = useStudio();
  const one = useLoad(() => api.get<Giveaway>(`giveaways/${id}`), [api, id], 2_000);
  const g = one.value;
  const time = (ms: number | undefined): string => when(ms, shop.zone, language);
  const opens = g && opening(g, shop.zone);
  const over = g && (g.state === 'cancelled' || g.state === 'void' || g.state === 'refused');
  return (
    <Drawer
      open
      size={720}
      onClose={onClose}
      title={g ? <bdi>{g.draft.title || t('untitled')}</bdi> : t('loading')}
      extra={g && <State of={g} />}
      footer={
        g && (
          <Actions
            g={g}
            onEdit={() => onEdit(g)}
            onDone={() => {
              one.again();
              onChange();
            }}
          />
        )
      }
    >
      {!g ? (
        <Spin />
      ) : (
        <>
          {over ? (
            <Alert
              type="warning"
              showIcon
              title={t(`state_${g.state}` as StudioWord)}
              description={endOf(language, g) || g.problems?.map((p) => problem(language, p)).join('；')}
            />
          ) : (
            <Steps
              size="small"
              titlePlacement="vertical"
              responsive={false}
              current={step(g.state)}
              items={way.map((s) => ({ title: t(`state_${s}` as StudioWord) }))}
            />
          )}
          {g.rekeyed && !over && (
            <Alert type="info" showIcon title={t('rekeyed', { time: time(g.rekeyed.at) })} description={t('rekeyedWhy')} />
          )}
          {g.untaken && (
            <Alert type="warning" showIcon title={t('untaken')} description={t('untakenWhy', { n: g.untaken.tries })} />
          )}
          {g.refusals?.map((r) => (
            <Alert
              key={r.id}
              type="warning"
              showIcon
              title={t(r.kind === 'void' ? 'notVoid' : 'notCancelled', { who: r.by, time: time(r.at) })}
              description={problem(language, { field: '', rule: r.rule, message: r.reason })}
            />
          ))}
          {!over && g.problems && (
            <Alert
              type="warning"
              showIcon
              title={g.problems.map((p) => problem(language, p)).join(language === 'zh' ? '；' : '; ')}
            />
          )}
          {g.rejected && <Alert type="warning" showIcon title={t('sentBack', { why: g.rejected })} />}
          {step(g.state) >= 4 && <Live g={g} />}
          {step(g.state) >= 2 && <Funnel g={g} />}
          {step(g.state) >= 2 && may('block.read') && <Suspects g={g} onDone={one.again} />}
          <Descriptions
            column={{ xs: 1, sm: 2 }}
            size="small"
            items={[
              { label: t('kind'), children: t(`kind_${g.draft.kind}` as StudioWord) },
              { label: t('room'), children: <bdi>{rooms.find((r) => r.id === g.room)?.title || g.room}</bdi> },
              { label: t('opens'), children: opens ? time(opens) : t(`on_${g.draft.trigger.on}` as StudioWord) },
              { label: t('closes'), children: time(g.closeAt) },
              { label: t('draws'), children: time(g.drawAt) },
              { label: t('worth'), children: money(g.worthFen) },
              { label: t('phrase'), children: <bdi>{g.draft.phrases?.join('、') || '—'}</bdi> },
              {
                label: t('approvedBy'),
                children: <bdi>{approver(g, t)}</bdi>,
              },
              { label: t('fairness'), span: 'filled', children: <Fairness g={g} /> },
              ...(g.draft.proof
                ? [
                    {
                      label: t('proof'),
                      span: 'filled' as const,
                      children: <bdi>{t('proofOwes', { what: g.draft.compensation ?? '' })}</bdi>,
                    },
                  ]
                : []),
              { label: t('noBeacon'), span: 'filled', children: t(`noBeacon_${g.draft.noBeacon ?? 'wait'}`) },
            ]}
          />
          {(g.extensions?.length ?? 0) > 0 && (
            <ul className="later">
              {g.extensions?.map((x) => (
                <li key={x.id}>
                  {t(x.refused ? 'laterRefused' : x.pause ? 'pausedTo' : 'laterTo', { time: time(x.closeAt), who: x.by })}
                  {x.reason && (
                    <>
                      {' · '}
                      <bdi>{x.reason}</bdi>
                    </>
                  )}
                </li>
              ))}
            </ul>
          )}
          <Table<Tier>
            size="small"
            rowKey="tier"
            pagination={false}
            dataSource={g.tiers ?? []}
            columns={[
              { title: t('prize'), render: (_, p) => <bdi>{p.title}</bdi> },
              { title: t('quantity'), dataIndex: 'qty', align: 'right' },
              { title: t('each'), align: 'right', render: (_, p) => (p.valueFen ? money(p.valueFen) : '—') },
              { title: t('worth'), align: 'right', render: (_, p) => money(p.totalFen) },
            ]}
          />
          {step(g.state) >= 2 && (
            <p className="links">
              <a href={`/v1/rules/${g.id}`} target="_blank" rel="noreferrer">
                {t('publicRules')}
              </a>
              {step(g.state) >= 5 && (
                <a href={`/verify/${g.room}/${g.id}`} target="_blank" rel="noreferrer">
                  {t('verifyPage')}
                </a>
              )}
              {step(g.state) >= 5 && (
                <a href={`/v1/rooms/${g.room}/bundle/${g.id}`} download>
                  {t('proofFile')}
                </a>
              )}
              <a href={`/r/${g.room}`} target="_blank" rel="noreferrer">
                {t('viewerPage')}
              </a>
            </p>
          )}
        </>
      )}
    </Drawer>
  );
}

function approver(g: Giveaway, t: ReturnType<typeof useWords>): string {
  if (g.approvedBy === 'policy') return t('byPolicy');
  return g.approvedBy?.startsWith('template:') ? t('byTemplate') : (g.approvedBy ?? '—');
}

/** Where the random number comes from, and whether it could be reached when somebody last looked. */
function Fairness({ g }: { g: Giveaway }) {
  const t = useWords();
  const { shop, language } = useStudio();
  if (!g.beacon) return t('beaconUntested');
  if (g.beacon.chain === 'local') return t('beaconLocal');
  return t(g.beacon.ok ? 'beaconReached' : 'beaconAway', { time: when(g.beacon.at, shop.zone, language) });
}

function Live({ g }: { g: Giveaway }) {
  const t = useWords();
  const l = g.live;
  return (
    <div className="figures">
      <Statistic title={t('entrants')} value={l.entrants} />
      <Statistic title={t('excluded')} value={l.excluded} />
      <Statistic title={t('winners')} value={l.winners} />
      <Statistic title={t('claimed')} value={l.claimed} suffix={`/ ${l.granted}`} />
      <Statistic title={t('returned')} value={l.returned} />
      {l.seal && <Statistic title={t('sealWords')} value={l.seal} />}
    </div>
  );
}
