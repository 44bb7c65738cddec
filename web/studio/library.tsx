/** @jsxImportSource react */
import { Button, Checkbox, Empty, Form, Grid, Input, InputNumber, Modal, Progress, Select, Space, Table, Tabs, Tag } from 'antd';
import { useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Budget, Page, Prize } from './api.ts';
import { fen } from './format.ts';
import { asked, Questions, toQuestions, type Written } from './questions.tsx';
import { useDo, useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';
import { Templates } from './templates.tsx';

/** What there is to give: prizes with their stock, budgets with their money. */
export function Library() {
  const t = useWords();
  const may = useMay();
  return (
    <Tabs
      items={[
        { key: 'prizes', label: t('prizes'), children: <PrizeTable /> },
        { key: 'templates', label: t('templates'), children: <Templates /> },
        ...(may('ledger.read') ? [{ key: 'budgets', label: t('budgets'), children: <BudgetTable /> }] : []),
      ]}
    />
  );
}

function PrizeTable() {
  const t = useWords();
  const { money } = useMoney();
  const { md } = Grid.useBreakpoint();
  const may = useMay();
  const { api, shop } = useStudio();
  const list = useLoad(() => api.get<Page<Prize>>('prizes', { shop: shop.id, most: 500 }), [api, shop.id], 8_000);
  const [edit, write] = useState<Prize | 'new' | undefined>(undefined);
  const [stock, change] = useState<Prize | undefined>(undefined);
  return (
    <>
      {may('prize.write') && (
        <div className="tools">
          <span className="gap" />
          <Button type="primary" onClick={() => write('new')}>
            {t('newPrize')}
          </Button>
        </div>
      )}
      <Table<Prize>
        rowKey="id"
        loading={!list.value && !list.failed}
        dataSource={list.value?.items ?? []}
        {...(md && { scroll: { x: 720 } })}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        locale={{ emptyText: <Empty description={t('prizesNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
        columns={[
          {
            title: t('prize'),
            render: (_, p) => (
              <>
                <bdi>{p.title}</bdi> {p.retired && <Tag>{t('retired')}</Tag>}
              </>
            ),
          },
          { title: t('kind'), responsive: ['md'], render: (_, p) => t(`prize_${p.kind}` as StudioWord) },
          { title: t('each'), align: 'right', responsive: ['md'], render: (_, p) => (p.valueFen ? money(p.valueFen) : '—') },
          { title: t('available'), align: 'right', render: (_, p) => (p.kind === 'cash' ? '—' : p.stock.available) },
          {
            title: t('reserved'),
            align: 'right',
            responsive: ['md'],
            render: (_, p) => (p.kind === 'cash' ? '—' : p.stock.reserved),
          },
          { title: t('given'), align: 'right', responsive: ['md'], render: (_, p) => (p.kind === 'cash' ? '—' : p.stock.given) },
          {
            title: '',
            align: 'right',
            render: (_, p) => (
              <Space>
                {may('stock.write') && p.kind !== 'cash' && <Button onClick={() => change(p)}>{t('changeStock')}</Button>}
                {may('prize.write') && <Button onClick={() => write(p)}>{t('edit')}</Button>}
              </Space>
            ),
          },
        ]}
      />
      {edit && (
        <PrizeForm
          of={edit === 'new' ? undefined : edit}
          onClose={() => write(undefined)}
          onSaved={() => {
            write(undefined);
            list.again();
          }}
        />
      )}
      {stock && (
        <AmountForm
          title={`${t('changeStock')} · ${stock.title}`}
          money={false}
          path={`prizes/${stock.id}/stock`}
          onClose={() => change(undefined)}
          onSaved={list.again}
        />
      )}
    </>
  );
}

interface PrizeFields {
  title: string;
  kind: Prize['kind'];
  value?: number;
  units?: number;
  note?: string;
  pool?: string;
  retired?: boolean;
  questions?: Written[];
}

/** A prize as the server keeps it; what the form does not show stays as it was. */
function toPrize(f: PrizeFields, of: Prize | undefined): object {
  const questions = f.kind === 'cash' ? [] : toQuestions(f.questions ?? []);
  return {
    title: f.title,
    kind: f.kind,
    valueFen: fen(f.value),
    ...(f.note && { note: f.note }),
    ...(f.kind === 'coupon' && f.pool && { pool: f.pool }),
    ...(of?.image && { image: of.image }),
    ...(f.retired && { retired: true }),
    ...(questions.length > 0 && { fields: questions }),
  };
}

/** Adds a prize or changes one. */
export function PrizeForm({ of, onClose, onSaved }: { of: Prize | undefined; onClose: () => void; onSaved: () => void }) {
  const t = useWords();
  const { sign } = useMoney();
  const act = useDo();
  const { api, shop } = useStudio();
  const [form] = Form.useForm<PrizeFields>();
  const kind = Form.useWatch('kind', form);
  return (
    <Modal open title={of ? t('edit') : t('newPrize')} onCancel={onClose} onOk={() => form.submit()} okText={t('save')}>
      <Form
        form={form}
        component={false}
        layout="vertical"
        initialValues={of ? { ...of, value: of.valueFen / 100, questions: asked(of.fields) } : { kind: 'goods', units: 10 }}
        onFinish={(f) =>
          void act(() =>
            of
              ? api.put(`prizes/${of.id}`, toPrize(f, of), of.version)
              : api.post('prizes', {
                  shop: shop.id,
                  ...toPrize(f, undefined),
                  ...(f.kind !== 'cash' && { units: f.units ?? 0 }),
                }),
          ).then((ok) => ok && onSaved())
        }
      >
        <Form.Item name="title" label={t('prize')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="kind" label={t('kind')} extra={kind && t(`prizeHow_${kind}` as StudioWord)}>
          <Select
            disabled={of !== undefined}
            options={(['goods', 'coupon', 'points', 'cash'] as const).map((k) => ({ value: k, label: t(`prize_${k}`) }))}
          />
        </Form.Item>
        {kind !== 'cash' && (
          <div className="two">
            <Form.Item name="value" label={t('each')} rules={[{ required: true, message: t('needed') }]}>
              <InputNumber min={0} precision={2} prefix={sign} />
            </Form.Item>
            {!of && (
              <Form.Item name="units" label={t('firstStock')}>
                <InputNumber min={0} precision={0} />
              </Form.Item>
            )}
          </div>
        )}
        {kind === 'coupon' && (
          <Form.Item name="pool" label={t('pool')} extra={t('poolHow')} rules={[{ required: true, message: t('needed') }]}>
            <Input maxLength={60} />
          </Form.Item>
        )}
        {kind !== 'cash' && <Questions />}
        <Form.Item name="note" label={t('note')}>
          <Input.TextArea maxLength={500} rows={2} />
        </Form.Item>
        {of && (
          <Form.Item name="retired" valuePropName="checked">
            <Checkbox>{t('retire')}</Checkbox>
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

function AmountForm(p: { title: string; money: boolean; path: string; onClose: () => void; onSaved: () => void }) {
  const t = useWords();
  const { sign } = useMoney();
  const act = useDo();
  const { api } = useStudio();
  const [form] = Form.useForm<{ add: number; why: string }>();
  return (
    <Modal open title={p.title} onCancel={p.onClose} onOk={() => form.submit()} okText={t('save')}>
      <Form
        form={form}
        layout="vertical"
        onFinish={({ add, why }) =>
          void act(() => api.post(p.path, { add: p.money ? fen(add) : add, why })).then((ok) => {
            if (!ok) return;
            p.onSaved();
            p.onClose();
          })
        }
      >
        <Form.Item name="add" label={t('amount')} extra={t('amountHow')} rules={[{ required: true, message: t('needed') }]}>
          <InputNumber precision={p.money ? 2 : 0} prefix={p.money ? sign : undefined} />
        </Form.Item>
        <Form.Item name="why" label={t('reason')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={100} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function BudgetTable() {
  const t = useWords();
  const { money, sign } = useMoney();
  const { md } = Grid.useBreakpoint();
  const may = useMay();
  const act = useDo();
  const { api, shop } = useStudio();
  const list = useLoad(() => api.get<Page<Budget>>('budgets', { shop: shop.id }), [api, shop.id], 8_000);
  const [adding, add] = useState(false);
  const [funds, change] = useState<Budget | undefined>(undefined);
  const [form] = Form.useForm<{ title: string; sum: number }>();
  return (
    <>
      {may('budget.write') && (
        <div className="tools">
          <span className="gap" />
          <Button type="primary" onClick={() => add(true)}>
            {t('newBudget')}
          </Button>
        </div>
      )}
      <Table<Budget>
        rowKey="id"
        dataSource={list.value?.items ?? []}
        {...(md && { scroll: { x: 640 } })}
        pagination={false}
        locale={{ emptyText: <Empty description={t('budgetsNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
        columns={[
          { title: t('budget'), render: (_, b) => <bdi>{b.title}</bdi> },
          { title: t('available'), align: 'right', render: (_, b) => money(b.funds.availableFen) },
          { title: t('reserved'), align: 'right', responsive: ['md'], render: (_, b) => money(b.funds.reservedFen) },
          { title: t('spent'), align: 'right', responsive: ['md'], render: (_, b) => money(b.funds.spentFen) },
          {
            title: t('used'),
            render: (_, b) => {
              const all = b.funds.availableFen + b.funds.reservedFen + b.funds.spentFen;
              const part = (n: number): number => (all > 0 ? Math.round((100 * n) / all) : 0);
              return (
                <Progress
                  percent={part(all - b.funds.availableFen)}
                  success={{ percent: part(b.funds.spentFen) }}
                  aria-label={t('used')}
                />
              );
            },
          },
          {
            title: '',
            align: 'right',
            render: (_, b) => may('budget.write') && <Button onClick={() => change(b)}>{t('changeFunds')}</Button>,
          },
        ]}
      />
      {adding && (
        <Modal open title={t('newBudget')} onCancel={() => add(false)} onOk={() => form.submit()} okText={t('save')}>
          <Form
            form={form}
            layout="vertical"
            onFinish={({ title, sum }) =>
              void act(() => api.post('budgets', { shop: shop.id, title, fen: fen(sum) })).then((ok) => {
                if (!ok) return;
                add(false);
                list.again();
              })
            }
          >
            <Form.Item name="title" label={t('budget')} rules={[{ required: true, message: t('needed') }]}>
              <Input maxLength={60} />
            </Form.Item>
            <Form.Item name="sum" label={t('amount')} rules={[{ required: true, message: t('needed') }]}>
              <InputNumber min={0} precision={2} prefix={sign} />
            </Form.Item>
          </Form>
        </Modal>
      )}
      {funds && (
        <AmountForm
          title={`${t('changeFunds')} · ${funds.title}`}
          money
          path={`budgets/${funds.id}/funds`}
          onClose={() => change(undefined)}
          onSaved={list.again}
        />
      )}
    </>
  );
}
