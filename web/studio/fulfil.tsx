/** @jsxImportSource react */
import { Button, Descriptions, Empty, Form, Grid, Input, Modal, Popconfirm, Segmented, Space, Table, Tabs, Tag } from 'antd';
import { useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Address, Award, Counts, Imported, Page, Pool } from './api.ts';
import { when } from './format.ts';
import { useDo, useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';

const states = ['to-ship', 'to-claim', 'to-confirm', 'shipped', 'received', 'expired'] as const;
const colour: Record<Award['state'], string> = {
  'to-claim': 'default',
  'to-confirm': 'gold',
  'to-ship': 'red',
  shipped: 'blue',
  received: 'success',
  expired: 'default',
};

/** What was won and has to reach its winner: the queue, and the coupon codes. */
export function Fulfil() {
  const t = useWords();
  return (
    <Tabs
      items={[
        { key: 'queue', label: t('queue'), children: <Queue /> },
        { key: 'pools', label: t('pools'), children: <Pools /> },
      ]}
    />
  );
}

function Queue() {
  const t = useWords();
  const { md } = Grid.useBreakpoint();
  const may = useMay();
  const { api, shop, language } = useStudio();
  const [state, look] = useState<string>('to-ship');
  const [chosen, open] = useState<Award | undefined>(undefined);
  const [importing, bring] = useState(false);
  const query = { shop: shop.id, ...(state === 'overdue' || state === 'failed' ? { [state]: '1' } : { state }), most: 200 };
  const list = useLoad(() => api.get<Page<Award>>('fulfilment/prizes', query), [api, shop.id, state], 5_000);
  const counts = useLoad(() => api.get<Counts>('fulfilment/counts', { shop: shop.id }), [api, shop.id], 5_000);
  const n = (s: string): number =>
    (s === 'overdue' ? counts.value?.overdue : s === 'failed' ? counts.value?.failed : counts.value?.states[s]) ?? 0;
  return (
    <>
      <div className="tools">
        <Segmented
          value={state}
          onChange={look}
          options={[...states, 'overdue', 'failed'].map((s) => ({ value: s, label: `${t(`award_${s}` as StudioWord)} ${n(s)}` }))}
        />
        <span className="gap" />
        {may('prize.handle') && <Button onClick={() => bring(true)}>{t('importTracking')}</Button>}
        {may('export') && (
          <Button
            onClick={() =>
              void api.download(
                'fulfilment/export',
                { shop: shop.id, state: states.find((s) => s === state), format: 'xlsx' },
                'prizes.xlsx',
              )
            }
          >
            {t('saveTable')}
          </Button>
        )}
      </div>
      <Table<Award>
        rowKey="grant"
        loading={!list.value && !list.failed}
        dataSource={list.value?.items ?? []}
        {...(md && { scroll: { x: 900 } })}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        locale={{ emptyText: <Empty description={t('queueNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
        columns={[
          {
            title: t('prize'),
            render: (_, a) => (
              <Button type="link" className="cell" onClick={() => open(a)}>
                <bdi>{a.title}</bdi>
              </Button>
            ),
          },
          { title: t('kind'), responsive: ['md'], render: (_, a) => t(`prize_${a.kind}` as StudioWord) },
          { title: t('winner'), render: (_, a) => <bdi>{a.user}</bdi> },
          { title: t('giveaway'), responsive: ['md'], render: (_, a) => <bdi>{a.eventName}</bdi> },
          { title: t('won'), responsive: ['md'], render: (_, a) => when(a.wonAt, shop.zone, language) },
          {
            title: t('state'),
            render: (_, a) => (
              <Space wrap>
                <Tag color={colour[a.state]}>{t(`award_${a.state}`)}</Tag>
                {a.overdue && <Tag color="error">{t('award_overdue')}</Tag>}
                {a.failed && <Tag color="error">{t('award_failed')}</Tag>}
                {a.state === 'to-ship' && a.kind === 'goods' && !a.hasForm && <Tag>{t('noForm')}</Tag>}
              </Space>
            ),
          },
          {
            title: t('tracking'),
            responsive: ['md'],
            render: (_, a) => <bdi>{[a.carrier, a.tracking].filter(Boolean).join(' ') || '—'}</bdi>,
          },
        ]}
      />
      {chosen && (
        <Handle
          of={list.value?.items.find((a) => a.grant === chosen.grant) ?? chosen}
          onClose={() => open(undefined)}
          onDone={() => {
            open(undefined);
            list.again();
            counts.again();
          }}
        />
      )}
      {importing && <ImportTracking onClose={() => bring(false)} onDone={list.again} />}
    </>
  );
}

/** One prize: where it goes, and what was done about it. */
function Handle({ of: a, onClose, onDone }: { of: Award; onClose: () => void; onDone: () => void }) {
  const t = useWords();
  const { money } = useMoney();
  const may = useMay();
  const act = useDo();
  const { api, shop, language } = useStudio();
  const [to, read] = useState<Address | undefined>(undefined);
  const [form] = Form.useForm<{ carrier: string; tracking: string }>();
  const path = `fulfilment/prizes/${a.grant}`;
  const run = (what: string, body?: unknown): Promise<void> =>
    act(() => api.post(`${path}/${what}`, body)).then((ok) => {
      if (ok) onDone();
    });
  const hand = may('prize.handle');
  const confirmation = (x: Award): string =>
    x.confirmedAt
      ? when(x.confirmedAt, shop.zone, language)
      : x.refusals
        ? t('confirmRefused', { n: x.refusals })
        : t('confirmNone');
  return (
    <Modal open title={<bdi>{a.title}</bdi>} onCancel={onClose} footer={null} width={640}>
      <Descriptions
        column={1}
        size="small"
        items={[
          { label: t('winner'), children: <bdi>{a.user}</bdi> },
          { label: t('giveaway'), children: <bdi>{a.eventName}</bdi> },
          { label: t('worth'), children: money(a.amountFen || a.worthFen) },
          { label: t('won'), children: when(a.wonAt, shop.zone, language) },
          { label: t('claimUntil'), children: when(a.deadline, shop.zone, language) },
          ...(a.stepUp ? [{ label: t('confirmedAt'), children: confirmation(a) }] : []),
          ...(a.why === 'unconfirmed' ? [{ label: t('whyLost'), children: t('lostUnconfirmed') }] : []),
          ...(a.failed ? [{ label: t('award_failed'), children: <bdi>{a.failed}</bdi> }] : []),
        ]}
      />
      {a.hasForm && may('prize.person') && !to && (
        <Button onClick={() => void act(async () => read(await api.get<Address>(`${path}/form`)))}>{t('readAddress')}</Button>
      )}
      {to && (
        <Descriptions
          bordered
          column={1}
          size="small"
          items={[
            { label: t('addressee'), children: <bdi>{to.name}</bdi> },
            { label: t('phone'), children: <bdi>{to.phone}</bdi> },
            { label: t('addressLine'), children: <bdi>{to.address}</bdi> },
            ...(to.note ? [{ label: t('note'), children: <bdi>{to.note}</bdi> }] : []),
          ]}
        />
      )}
      {hand && a.kind === 'goods' && a.state === 'to-ship' && (
        <Form
          form={form}
          layout="vertical"
          className="appoint"
          initialValues={{ carrier: '顺丰' }}
          onFinish={(f) => void run('ship', f)}
        >
          <div className="two">
            <Form.Item name="carrier" label={t('carrier')} rules={[{ required: true, message: t('needed') }]}>
              <Input maxLength={40} />
            </Form.Item>
            <Form.Item name="tracking" label={t('tracking')} rules={[{ required: true, message: t('needed') }]}>
              <Input maxLength={60} />
            </Form.Item>
          </div>
          <Button type="primary" htmlType="submit">
            {t('ship')}
          </Button>
        </Form>
      )}
      {hand && (
        <Space wrap className="appoint">
          {a.state === 'shipped' && <Button onClick={() => void run('receive')}>{t('receive')}</Button>}
          {a.failed && <Button onClick={() => void run('retry')}>{t('retry')}</Button>}
          {a.state === 'shipped' && (
            <Popconfirm title={t('failAsk')} onConfirm={() => run('fail', { reason: t('failReason') })}>
              <Button danger>{t('fail')}</Button>
            </Popconfirm>
          )}
        </Space>
      )}
    </Modal>
  );
}

function ImportTracking({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const t = useWords();
  const act = useDo();
  const { api, shop } = useStudio();
  const [text, set] = useState('');
  const [found, say] = useState<Imported | undefined>(undefined);
  return (
    <Modal
      open
      title={t('importTracking')}
      onCancel={onClose}
      okText={t('importGo')}
      okButtonProps={{ disabled: text.trim() === '' }}
      onOk={() =>
        void act(async () => {
          say(await api.text<Imported>(`fulfilment/tracking?shop=${encodeURIComponent(shop.id)}`, text, 'text/csv'));
          onDone();
        })
      }
    >
      <p className="hint">{t('importTrackingHow')}</p>
      <Input.TextArea aria-label={t('importTracking')} rows={8} value={text} onChange={(e) => set(e.target.value)} />
      {found && <Report of={found} />}
    </Modal>
  );
}

function Report({ of }: { of: Imported }) {
  const t = useWords();
  return (
    <p className="hint" role="status">
      {t('imported', { n: of.added + of.updated, wrong: of.wrong?.length ?? 0 })}
      {of.wrong?.slice(0, 5).map((x) => (
        <span key={x}>
          <br />
          {x}
        </span>
      ))}
    </p>
  );
}

function Pools() {
  const t = useWords();
  const may = useMay();
  const act = useDo();
  const { api, shop } = useStudio();
  const list = useLoad(() => api.get<Page<Pool>>('fulfilment/pools', { shop: shop.id }), [api, shop.id], 8_000);
  const [form] = Form.useForm<{ pool: string; codes: string }>();
  const [found, say] = useState<Imported | undefined>(undefined);
  return (
    <div className="cards">
      <Table<Pool>
        rowKey="pool"
        pagination={false}
        dataSource={list.value?.items ?? []}
        locale={{ emptyText: <Empty description={t('poolsNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
        columns={[
          { title: t('pool'), render: (_, p) => <bdi>{p.pool}</bdi> },
          { title: t('available'), align: 'right', dataIndex: 'free' },
          { title: t('given'), align: 'right', dataIndex: 'issued' },
          { title: t('waiting'), align: 'right', dataIndex: 'waiting' },
        ]}
      />
      {may('coupon.write') && (
        <Form
          form={form}
          layout="vertical"
          onFinish={(f) =>
            void act(async () => {
              const path = `fulfilment/pools/${encodeURIComponent(f.pool)}/codes?shop=${encodeURIComponent(shop.id)}`;
              say(await api.text<Imported>(path, f.codes, 'text/plain'));
              form.setFieldValue('codes', '');
              list.again();
            })
          }
        >
          <Form.Item name="pool" label={t('pool')} rules={[{ required: true, message: t('needed') }]}>
            <Input maxLength={64} />
          </Form.Item>
          <Form.Item name="codes" label={t('codes')} extra={t('codesHow')} rules={[{ required: true, message: t('needed') }]}>
            <Input.TextArea rows={6} />
          </Form.Item>
          <Button type="primary" htmlType="submit">
            {t('importGo')}
          </Button>
          {found && <Report of={found} />}
        </Form>
      )}
    </div>
  );
}
