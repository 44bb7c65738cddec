/** @jsxImportSource react */
import { Button, Form, Input, InputNumber, Modal, App as Notices, Radio, Select, Space } from 'antd';
import { useState } from 'react';
import { END_TEXT, type End, ends, endsIn } from '../words/ends.ts';
import type { Giveaway, GiveState } from './api.ts';
import { Series } from './series.tsx';
import { useDo, useMay, useMoney, useStudio, useWords } from './state.tsx';
import { TemplateForm } from './templates.tsx';

const early = new Set<GiveState>(['draft', 'approved', 'refused']);
const over = new Set<GiveState>(['settled', 'cancelled', 'void']);
const running = new Set<GiveState>(['scheduled', 'announced', 'open', 'closing']);

/** What may be done with a giveaway now, by whoever is here. */
export function Actions({ g, onEdit, onDone }: { g: Giveaway; onEdit: () => void; onDone: () => void }) {
  const t = useWords();
  const { money } = useMoney();
  const may = useMay();
  const act = useDo();
  const { modal } = Notices.useApp();
  const { api, rooms, shop } = useStudio();
  const [why, ask] = useState<'reject' | 'cancel' | undefined>(undefined);
  const [doing, begin] = useState<'copy' | 'later' | 'repeat' | 'template' | undefined>(undefined);
  const stop = (): void => begin(undefined);
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
      {may('giveaway.run') && (g.state === 'announced' || g.state === 'open') && (
        <Button type="primary" onClick={() => begin('later')}>
          {t('extendIt')}
        </Button>
      )}
      {may('giveaway.write') && <Button onClick={() => begin('copy')}>{t('copyTo')}</Button>}
      {may('giveaway.write') && <Button onClick={() => begin('repeat')}>{t('repeat')}</Button>}
      {may('template.write') && <Button onClick={() => begin('template')}>{t('asTemplate')}</Button>}
      {may('export') && over.has(g.state) && (
        <Button onClick={() => void act(() => api.download(`giveaways/${g.id}/archive`, {}, `${g.id}.zip`))}>
          {t('archive')}
        </Button>
      )}
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
          title={t(why === 'reject' ? 'sendBack' : g.state === 'open' || g.state === 'closing' ? 'voidIt' : 'cancelIt')}
          codes={why === 'cancel' ? endsIn(g.state) : undefined}
          told={why === 'cancel' && (g.state === 'open' || g.state === 'closing') ? t('endTold') : undefined}
          onClose={() => ask(undefined)}
          onWhy={(reason) => run(why, reason)}
        />
      )}
      {doing === 'copy' && (
        <CopyTo
          rooms={rooms.map((r) => ({ value: r.id, label: r.title || r.id }))}
          onClose={stop}
          onRooms={(to) => run('copy', { rooms: to })}
        />
      )}
      {doing === 'later' && <Later onClose={stop} onLater={(x) => run('extend', x)} />}
      {doing === 'repeat' && <Series draft={g.draft} room={g.room} onClose={stop} onDone={onDone} />}
      {doing === 'template' && (
        <TemplateForm
          spec={{ title: g.draft.title, room: g.room, draft: g.draft }}
          worthFen={g.worthFen}
          onClose={stop}
          onDone={onDone}
        />
      )}
    </Space>
  );
}

/** Asks why: a text, and to end something one of the reasons that are good for it now. */
function Why(p: {
  title: string;
  codes: End[] | undefined;
  told: string | undefined;
  onClose: () => void;
  onWhy: (why: { code?: End; reason: string }) => Promise<void>;
}) {
  const t = useWords();
  const { language } = useStudio();
  const [form] = Form.useForm<{ code?: End; reason?: string }>();
  const code = Form.useWatch('code', form);
  const needed = p.codes === undefined || code === 'other';
  return (
    <Modal open title={p.title} onCancel={p.onClose} onOk={() => form.submit()}>
      <Form
        form={form}
        layout="vertical"
        onFinish={({ code, reason }) => void p.onWhy({ ...(code && { code }), reason: (reason ?? '').trim() }).then(p.onClose)}
      >
        {p.codes && (
          <Form.Item name="code" label={t('reason')} rules={[{ required: true, message: t('needed') }]}>
            <Radio.Group vertical options={p.codes.map((value) => ({ value, label: ends[value][language] }))} />
          </Form.Item>
        )}
        <Form.Item
          name="reason"
          label={t(p.codes ? (needed ? 'endTextNeeded' : 'endText') : 'reason')}
          extra={t('reasonHow')}
          rules={[{ required: needed, whitespace: true, message: t('needed') }]}
        >
          <Input.TextArea maxLength={END_TEXT} rows={3} />
        </Form.Item>
        {p.told && <p className="hint">{p.told}</p>}
      </Form>
    </Modal>
  );
}

/** Closes later, or gives the time of an interruption back; it cannot be taken back, and goes twice at most. */
function Later({ onClose, onLater }: { onClose: () => void; onLater: (x: object) => Promise<void> }) {
  const t = useWords();
  const [form] = Form.useForm<{ pause: boolean; minutes: number; reason: string }>();
  return (
    <Modal open title={t('extendIt')} onCancel={onClose} onOk={() => form.submit()} okText={t('laterGo')}>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ pause: false, minutes: 2 }}
        onFinish={({ pause, minutes, reason }) =>
          void onLater({ pause, byMs: Math.round(minutes * 60_000), reason }).then(onClose)
        }
      >
        <p className="hint">{t('laterHow')}</p>
        <Form.Item name="pause" label={t('what')}>
          <Radio.Group
            options={[
              { value: false, label: t('laterPlain') },
              { value: true, label: t('laterPause') },
            ]}
          />
        </Form.Item>
        <Form.Item name="minutes" label={t('laterMinutes')} rules={[{ required: true, message: t('needed') }]}>
          <InputNumber min={0.5} max={1440} step={1} />
        </Form.Item>
        <Form.Item name="reason" label={t('reason')} extra={t('reasonHow')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={100} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function CopyTo(p: { rooms: { value: string; label: string }[]; onClose: () => void; onRooms: (to: string[]) => Promise<void> }) {
  const t = useWords();
  const [to, set] = useState<string[]>([]);
  const [list, unfold] = useState(false); // closed by each choice: it lies over the button that copies
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
        open={list}
        onOpenChange={unfold}
        onSelect={() => unfold(false)}
        options={p.rooms}
      />
    </Modal>
  );
}
