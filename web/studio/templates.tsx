/** @jsxImportSource react */
import { Button, Card, DatePicker, Empty, Form, Input, InputNumber, Modal, Progress, Select, Space, Spin, Tag } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import type { Draft, Page, Template, TemplateSpec } from './api.ts';
import { fen, when } from './format.ts';
import { useDo, useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';

/** What a host may start alone in two taps, and how much of each envelope is left. */
export function Templates() {
  const t = useWords();
  const { money } = useMoney();
  const may = useMay();
  const act = useDo();
  const { api, shop, me, rooms, language } = useStudio();
  const list = useLoad(() => api.get<Page<Template>>('templates', { shop: shop.id }), [api, shop.id], 6_000);
  const [edit, write] = useState<Template | undefined>(undefined);
  const [starting, start] = useState<Template | undefined>(undefined);
  const own = (x: Template): boolean => x.editor === me.user && shop.approval.mode !== 'none';
  return (
    <>
      <p className="hint">{t('templatesHow')}</p>
      {!list.value && !list.failed && <Spin />}
      {list.value?.items.length === 0 && <Empty description={t('templatesNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} />}
      <ul className="templates">
        {list.value?.items.map((x) => (
          <li key={x.id}>
            <Card
              size="small"
              title={<bdi>{x.title}</bdi>}
              extra={
                <Tag color={x.state === 'approved' ? 'success' : 'default'}>
                  {t(x.state === 'approved' ? 'state_approved' : 'state_draft')}
                </Tag>
              }
            >
              <p>
                {t('worthOnce')} <b>{money(x.worthFen)}</b>
              </p>
              <Progress
                percent={Math.round((100 * x.usedFen) / Math.max(1, x.envelope.fen))}
                showInfo={false}
                aria-label={t('envelope')}
              />
              <p className="hint">
                {t('envelopeLeft', { worth: money(x.envelope.fen - x.usedFen), n: x.envelope.uses - x.used })}
                {x.envelope.until ? ` · ${t('until', { time: when(x.envelope.until, shop.zone, language) })}` : ''}
              </p>
              <Space wrap>
                {may('template.approve') && x.state === 'draft' && (
                  <Button
                    type="primary"
                    disabled={own(x)}
                    onClick={() => void act(() => api.post(`templates/${x.id}/approve`)).then(list.again)}
                  >
                    {own(x) ? t('yourOwn') : t('approve')}
                  </Button>
                )}
                {may('giveaway.tap') && x.state === 'approved' && <Button onClick={() => start(x)}>{t('startNow')}</Button>}
                {may('template.write') && <Button onClick={() => write(x)}>{t('edit')}</Button>}
              </Space>
            </Card>
          </li>
        ))}
      </ul>
      {edit && (
        <TemplateForm of={edit} spec={edit} worthFen={edit.worthFen} onClose={() => write(undefined)} onDone={list.again} />
      )}
      {starting && (
        <Modal open title={t('startNow')} footer={null} onCancel={() => start(undefined)}>
          <p>{t('templateStart', { worth: money(starting.worthFen) })}</p>
          <Space wrap>
            {rooms.map((r) => (
              <Button
                key={r.id}
                type="primary"
                onClick={() =>
                  void act(() => api.post(`templates/${starting.id}/start`, { room: r.id })).then(() => {
                    start(undefined);
                    list.again();
                  })
                }
              >
                <bdi>{r.title || r.id}</bdi>
              </Button>
            ))}
          </Space>
        </Modal>
      )}
    </>
  );
}

interface FormProps {
  of?: Template;
  spec: { title: string; room: string; draft: Draft; envelope?: TemplateSpec['envelope'] };
  worthFen: number;
  onClose: () => void;
  onDone: () => void;
}

/** Keeps a giveaway as a template: what it is, and how much of it there may be. */
export function TemplateForm({ of, spec, worthFen, onClose, onDone }: FormProps) {
  const t = useWords();
  const { money, sign } = useMoney();
  const act = useDo();
  const { api, rooms } = useStudio();
  const [form] = Form.useForm<{ title: string; room: string; sum: number; uses: number; until?: Dayjs }>();
  const save = (f: { title: string; room: string; sum: number; uses: number; until?: Dayjs }): Promise<void> =>
    act(async () => {
      const body: TemplateSpec = {
        title: f.title,
        room: f.room,
        draft: { ...spec.draft, trigger: { on: 'now' } },
        envelope: { fen: fen(f.sum), uses: f.uses, ...(f.until && { until: f.until.endOf('day').valueOf() }) },
      };
      await (of ? api.put(`templates/${of.id}`, body, of.version) : api.post('templates', body));
    }, 'templateSaved').then((ok) => {
      if (!ok) return;
      onDone();
      onClose();
    });
  return (
    <Modal open title={t(of ? 'edit' : 'asTemplate')} onCancel={onClose} onOk={() => form.submit()} okText={t('save')}>
      <Form
        form={form}
        layout="vertical"
        initialValues={{
          title: spec.title,
          room: spec.room,
          sum: (spec.envelope?.fen ?? worthFen * 10) / 100,
          uses: spec.envelope?.uses ?? 10,
          ...(spec.envelope?.until && { until: dayjs(spec.envelope.until) }),
        }}
        onFinish={(f) => void save(f)}
      >
        <p className="hint">{t('templateHow', { worth: money(worthFen) })}</p>
        <Form.Item name="title" label={t('template')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="room" label={t('room')} extra={t('templateRoom')}>
          <Select options={rooms.map((r) => ({ value: r.id, label: r.title || r.id }))} />
        </Form.Item>
        <div className="two">
          <Form.Item name="sum" label={t('envelopeSum')} rules={[{ required: true, message: t('needed') }]}>
            <InputNumber min={0} precision={2} prefix={sign} />
          </Form.Item>
          <Form.Item name="uses" label={t('envelopeUses')} rules={[{ required: true, message: t('needed') }]}>
            <InputNumber min={1} max={100_000} precision={0} />
          </Form.Item>
        </div>
        <Form.Item name="until" label={t('envelopeUntil')}>
          <DatePicker className="wide" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
