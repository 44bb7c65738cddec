/** @jsxImportSource react */
import {
  Alert,
  Button,
  Descriptions,
  Drawer,
  Form,
  Input,
  Modal,
  App as Notices,
  Select,
  Space,
  Spin,
  Statistic,
  Steps,
  Table,
} from 'antd';
import { useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Giveaway, GiveState, Tier } from './api.ts';
import { money, when } from './format.ts';
import { State } from './giveaways.tsx';
import { problem } from './say.ts';
import { useDo, useLoad, useMay, useStudio, useWords } from './state.tsx';

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
  const { api, shop, language } = useStudio();
  const one = useLoad(() => api.get<Giveaway>(`giveaways/${id}`), [api, id], 2_000);
  const g = one.value;
  const time = (ms: number | undefined): string => when(ms, shop.zone, language);
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
              description={g.why || g.problems?.map((p) => problem(language, p)).join('；')}
            />
          ) : (
            <Steps
              size="small"
              titlePlacement="vertical"
              current={step(g.state)}
              items={way.map((s) => ({ title: t(`state_${s}` as StudioWord) }))}
            />
          )}
          {g.rejected && <Alert type="warning" showIcon title={t('sentBack', { why: g.rejected })} />}
          {step(g.state) >= 4 && <Live g={g} />}
          <Descriptions
            column={2}
            size="small"
            items={[
              { label: t('kind'), children: t(`kind_${g.draft.kind}` as StudioWord) },
              { label: t('room'), children: <bdi>{g.room}</bdi> },
              { label: t('opens'), children: g.openAt ? time(g.openAt) : t(`on_${g.draft.trigger.on}` as StudioWord) },
              { label: t('closes'), children: time(g.closeAt) },
              { label: t('draws'), children: time(g.drawAt) },
              { label: t('worth'), children: money(g.worthFen) },
              { label: t('phrase'), children: <bdi>{g.draft.phrases?.join('、') || '—'}</bdi> },
              {
                label: t('approvedBy'),
                children: <bdi>{g.approvedBy === 'policy' ? t('byPolicy') : (g.approvedBy ?? '—')}</bdi>,
              },
            ]}
          />
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

const early = new Set<GiveState>(['draft', 'approved', 'refused']);
const running = new Set<GiveState>(['scheduled', 'announced', 'open', 'closing']);

function Actions({ g, onEdit, onDone }: { g: Giveaway; onEdit: () => void; onDone: () => void }) {
  const t = useWords();
  const may = useMay();
  const act = useDo();
  const { modal } = Notices.useApp();
  const { api, rooms, shop } = useStudio();
  const [why, ask] = useState<'reject' | 'cancel' | undefined>(undefined);
  const [copying, copy] = useState(false);
  const run = (path: string, body?: unknown): Promise<void> =>
    act(() => api.post(`giveaways/${g.id}/${path}`, body)).then((ok) => {
      if (ok) onDone();
    });
  const waits =
    g.state === 'draft' &&
    shop.approval.mode !== 'none' &&
    (shop.approval.mode === 'always' || g.worthFen > (shop.approval.aboveFen ?? 0));
  return (
    <Space wrap>
      {may('giveaway.run') && (g.state === 'approved' || (g.state === 'draft' && !waits)) && (
        <Button
          type="primary"
          onClick={() =>
            modal.confirm({
              title: t('scheduleAsk'),
              content: t('scheduleWhat', { n: g.units, worth: money(g.worthFen) }),
              onOk: () => run('schedule'),
            })
          }
        >
          {t('schedule')}
        </Button>
      )}
      {may('giveaway.approve') && waits && (
        <Button type="primary" onClick={() => void run('approve')}>
          {t('approve')}
        </Button>
      )}
      {may('giveaway.approve') && (g.state === 'draft' || g.state === 'approved') && (
        <Button onClick={() => ask('reject')}>{t('sendBack')}</Button>
      )}
      {may('giveaway.tap') && g.state === 'scheduled' && !g.openAt && (
        <Button type="primary" onClick={() => void run('tap')}>
          {t('startNow')}
        </Button>
      )}
      {may('giveaway.write') && (g.state === 'draft' || g.state === 'approved') && <Button onClick={onEdit}>{t('edit')}</Button>}
      {may('giveaway.run') && g.state === 'scheduled' && (
        <Button onClick={() => void run('unschedule')}>{t('unschedule')}</Button>
      )}
      {may('giveaway.write') && <Button onClick={() => copy(true)}>{t('copyTo')}</Button>}
      {may('giveaway.run') && running.has(g.state) && (
        <Button danger onClick={() => ask('cancel')}>
          {t(g.state === 'open' || g.state === 'closing' ? 'voidIt' : 'cancelIt')}
        </Button>
      )}
      {may('giveaway.write') && early.has(g.state) && (
        <Button
          danger
          onClick={() =>
            modal.confirm({ title: t('removeAsk'), onOk: () => act(() => api.remove(`giveaways/${g.id}`)).then(onDone) })
          }
        >
          {t('remove')}
        </Button>
      )}
      {why && (
        <Why
          title={t(why === 'reject' ? 'sendBack' : 'cancelIt')}
          onClose={() => ask(undefined)}
          onWhy={(reason) => run(why, { reason })}
        />
      )}
      {copying && (
        <CopyTo
          rooms={rooms.map((r) => ({ value: r.id, label: r.title || r.id }))}
          onClose={() => copy(false)}
          onRooms={(to) => run('copy', { rooms: to })}
        />
      )}
    </Space>
  );
}

function Why({ title, onClose, onWhy }: { title: string; onClose: () => void; onWhy: (why: string) => Promise<void> }) {
  const t = useWords();
  const [form] = Form.useForm<{ why: string }>();
  return (
    <Modal open title={title} onCancel={onClose} onOk={() => form.submit()}>
      <Form form={form} layout="vertical" onFinish={({ why }) => void onWhy(why).then(onClose)}>
        <Form.Item name="why" label={t('reason')} extra={t('reasonHow')} rules={[{ required: true, message: t('needed') }]}>
          <Input.TextArea maxLength={160} rows={3} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function CopyTo(p: { rooms: { value: string; label: string }[]; onClose: () => void; onRooms: (to: string[]) => Promise<void> }) {
  const t = useWords();
  const [to, set] = useState<string[]>([]);
  return (
    <Modal
      open
      title={t('copyTo')}
      onCancel={p.onClose}
      onOk={() => void p.onRooms(to).then(p.onClose)}
      okButtonProps={{ disabled: to.length === 0 }}
    >
      <Select
        mode="multiple"
        className="wide"
        aria-label={t('rooms')}
        placeholder={t('rooms')}
        value={to}
        onChange={set}
        options={p.rooms}
      />
    </Modal>
  );
}
