/** @jsxImportSource react */
import { Alert, Button, Form, Input, InputNumber, App as Notices, Radio, Select, Space } from 'antd';
import { useState } from 'react';
import { Api as Desk, type Import } from '../desk/api.ts';
import { callAs } from '../door/session.ts';
import type { Giveaway, Prize, Shop } from './api.ts';
import { toDraft } from './draft.ts';
import { fen } from './format.ts';
import { plays, policy } from './progress.ts';
import { Report, useRehearsal } from './rehearse.tsx';
import { sentence } from './say.ts';
import type { StepProps } from './start.tsx';
import { useDo, useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';

// The steps of the first run, each one form that does the whole of it.

export function ShopStep({ room, onDone }: StepProps) {
  const t = useWords();
  const may = useMay();
  const act = useDo();
  const { api, shop, again } = useStudio();
  const save = (f: { name: string; title: string; id: string }): Promise<void> =>
    act(async () => {
      const { id: _i, shop: _s, version, created: _c, updated: _u, by: _b, ...spec } = shop;
      if (may('shop.write') && f.name !== shop.name) await api.put<Shop>(`shops/${shop.id}`, { ...spec, name: f.name }, version);
      if (!room) await api.post('rooms', { id: f.id, shop: shop.id, title: f.title || f.name });
      again();
      onDone();
    }).then(() => undefined);
  return (
    <Form layout="vertical" className="narrow" initialValues={{ name: shop.name, id: room }} onFinish={(f) => void save(f)}>
      <Form.Item name="name" label={t('shopName')} rules={[{ required: true, message: t('needed') }]}>
        <Input maxLength={60} disabled={!may('shop.write')} />
      </Form.Item>
      {!room && (
        <>
          <Form.Item
            name="id"
            label={t('address')}
            extra={t('roomHow')}
            rules={[{ required: true, pattern: /^[\w.-]{1,64}$/, message: t('idRule') }]}
          >
            <Input maxLength={64} prefix="/r/" />
          </Form.Item>
          <Form.Item name="title" label={t('roomTitle')} extra={t('mayStayEmpty')}>
            <Input maxLength={60} />
          </Form.Item>
        </>
      )}
      <Button type="primary" htmlType="submit">
        {t('save')}
      </Button>
    </Form>
  );
}

export function StreamStep({ room, facts, onDone }: StepProps) {
  const t = useWords();
  const act = useDo();
  const { api } = useStudio();
  const [form] = Form.useForm<{ url: string; delay: number }>();
  const url = (Form.useWatch('url', form) ?? facts?.stream ?? '') as string;
  const rules = useLoad(policy, []);
  return (
    <Form
      form={form}
      layout="vertical"
      className="narrow"
      key={facts?.stream ?? ''}
      initialValues={{ url: facts?.stream ?? '', delay: (facts?.delayMs ?? 0) / 1000 || 5 }}
      onFinish={(f: { url: string; delay: number }) =>
        void act(async () => {
          await new Desk(room, api.token).command('room', {
            stream: f.url.trim(),
            video_delay_ms: Math.round((f.delay ?? 0) * 1000),
          });
          onDone();
        })
      }
    >
      <Form.Item name="url" label={t('streamUrl')} rules={[{ required: true, type: 'url', message: t('streamRule') }]}>
        <Input maxLength={1024} placeholder="https://…/live.m3u8" />
      </Form.Item>
      {rules.value !== undefined && plays(rules.value, url, location.origin) === false && (
        <Alert
          type="warning"
          showIcon
          title={t('streamBlocked', { origin: new URL(url).origin })}
          description={
            <>
              {t('streamAllow')} <code>--stream-origins={new URL(url).origin}</code>
            </>
          }
        />
      )}
      <Form.Item name="delay" label={t('streamDelay')} extra={t('streamDelayHow')}>
        <InputNumber min={0} max={60} step={0.5} />
      </Form.Item>
      <Button type="primary" htmlType="submit">
        {t('save')}
      </Button>
    </Form>
  );
}

export function GoodsStep({ room, facts, onDone }: StepProps) {
  const t = useWords();
  const act = useDo();
  const { api } = useStudio();
  const [found, say] = useState<{ file: File; result: Import } | undefined>(undefined);
  const read = (file: File, apply: boolean): Promise<unknown> =>
    act(
      async () => {
        const result = await new Desk(room, api.token).importGoods(file, apply);
        say(result.applied ? undefined : { file, result });
        if (result.applied) onDone();
      },
      apply ? 'saved' : 'tableRead',
    );
  const wrong = found?.result.problems ?? [];
  return (
    <Space orientation="vertical">
      {(facts?.goods ?? 0) > 0 && <p>{t('goodsHave', { n: facts?.goods ?? 0 })}</p>}
      <label className="file">
        <span>{t('goodsFile')}</span>
        <input
          type="file"
          accept=".xlsx,.csv"
          onChange={(e) => {
            const file = e.currentTarget.files?.[0];
            if (file) void read(file, false);
            e.currentTarget.value = '';
          }}
        />
      </label>
      <a href="/v1/catalogue/template?format=xlsx" download>
        {t('goodsTemplate')}
      </a>
      {found && wrong.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('goodsWrong', { n: wrong.length })}
          description={wrong.slice(0, 8).map((x) => (
            <p key={`${x.sheet}${x.row}${x.column}${x.message}`}>
              {t('goodsRow', { n: x.row })} <bdi>{x.column}</bdi> <bdi>{x.message}</bdi>
            </p>
          ))}
        />
      )}
      {found && wrong.length === 0 && (
        <Button type="primary" onClick={() => void read(found.file, true)}>
          {t('goodsTake', { n: found.result.items?.length ?? 0 })}
        </Button>
      )}
    </Space>
  );
}

const helpers = ['assistant', 'host', 'moderator', 'marketer', 'fulfilment'] as const;

export function StaffStep({ room, onDone }: StepProps) {
  const t = useWords();
  const act = useDo();
  const { api } = useStudio();
  const [link, show] = useState<{ name: string; url: string } | undefined>(undefined);
  const invite = (f: { name: string; role: string }): Promise<unknown> =>
    act(async () => {
      const token = await api.token();
      if (!token) throw new Error('nobody is signed in');
      const user = `staff-${Date.now().toString(36)}`;
      await callAs(token, 'PUT', `people/${user}`, { name: f.name, roles: [f.role], rooms: [room], closed: false });
      const { key } = await callAs<{ key: string }>(token, 'POST', `people/${user}/link`);
      show({ name: f.name, url: `${location.origin}/login#k=${key}` });
    });
  if (link)
    return (
      <>
        <p>{t('inviteLink', { name: link.name })}</p>
        <Copy url={link.url} onCopied={onDone} />
        <Button onClick={onDone}>{t('goOn')}</Button>
      </>
    );
  return (
    <Form layout="vertical" className="narrow" initialValues={{ role: 'assistant' }} onFinish={(f) => void invite(f)}>
      <Form.Item name="name" label={t('personName')} rules={[{ required: true, message: t('needed') }]}>
        <Input maxLength={32} />
      </Form.Item>
      <Form.Item name="role" label={t('roles')}>
        <Select options={helpers.map((r) => ({ value: r, label: t(`role_${r}`) }))} />
      </Form.Item>
      <Button type="primary" htmlType="submit">
        {t('invite')}
      </Button>
    </Form>
  );
}

/** Prize, bag and schedule in one: what a newcomer would do in three places. */
export function BagStep({ room, facts, onDone }: StepProps) {
  const t = useWords();
  const { sign } = useMoney();
  const act = useDo();
  const { api, shop } = useStudio();
  const [busy, work] = useState(false);
  const make = async (f: {
    prize: string;
    qty: number;
    value: number;
    phrase?: string;
    on: 'show-start' | 'tap';
  }): Promise<void> => {
    work(true);
    await act(async () => {
      const prize = await api.post<Prize>('prizes', {
        shop: shop.id,
        title: f.prize,
        kind: 'goods',
        valueFen: fen(f.value),
        units: f.qty,
      });
      const draft = toDraft({
        room,
        kind: 'bag',
        title: t('firstBag', { prize: f.prize }),
        on: f.on,
        afterMinutes: 1,
        minutes: 3,
        prizes: [{ prize: prize.id, qty: f.qty }],
        conditions: [],
        claimHours: 48,
        ...(f.phrase && { phrase: f.phrase }),
      });
      const g = await api.post<Giveaway>('giveaways', { room, draft });
      if (shop.approval.mode === 'none') await api.post(`giveaways/${g.id}/schedule`);
      onDone();
    }, 'bagMade');
    work(false);
  };
  return (
    <>
      {(facts?.bags.length ?? 0) > 0 && <p>{t('bagsHave', { n: facts?.bags.length ?? 0 })}</p>}
      <Form layout="vertical" className="narrow" initialValues={{ qty: 3, on: 'show-start' }} onFinish={(f) => void make(f)}>
        <Form.Item name="prize" label={t('prize')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={60} placeholder={t('prizeSuch')} />
        </Form.Item>
        <div className="two">
          <Form.Item name="qty" label={t('quantity')} rules={[{ required: true, message: t('needed') }]}>
            <InputNumber min={1} max={100_000} precision={0} />
          </Form.Item>
          <Form.Item name="value" label={t('each')} rules={[{ required: true, message: t('needed') }]}>
            <InputNumber min={0} precision={2} prefix={sign} />
          </Form.Item>
        </div>
        <Form.Item name="phrase" label={t('phrase')} extra={t('phraseHow')}>
          <Input maxLength={30} />
        </Form.Item>
        <Form.Item name="on" label={t('trigger')}>
          <Radio.Group
            options={[
              { value: 'show-start', label: t('minuteIn') },
              { value: 'tap', label: t('on_tap') },
            ]}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('bagGo')}
        </Button>
      </Form>
    </>
  );
}

export function RehearseStep({ room, facts, onDone }: StepProps) {
  const t = useWords();
  const { language } = useStudio();
  const { busy, seconds, failed, run } = useRehearsal(onDone);
  const last = facts?.rehearsals[0];
  return (
    <Space orientation="vertical" className="wide">
      {last && <Report r={last} open />}
      {failed !== undefined && <Alert type="error" showIcon title={sentence(language, failed)} />}
      {busy && (
        <p className="hint" role="status">
          {t('rehearsing', { n: seconds })}
        </p>
      )}
      <Button
        type="primary"
        loading={busy}
        disabled={(facts?.bags.length ?? 0) === 0}
        onClick={() => void run({ room, giveaways: [], viewers: 200, trolls: 20, dip: 8, late: 0 })}
      >
        {t('rehearseGo')}
      </Button>
      {(facts?.bags.length ?? 0) === 0 && <p className="hint">{t('rehearseNothing')}</p>}
    </Space>
  );
}

export function LinkStep({ room, pass }: StepProps) {
  const t = useWords();
  const at = location.origin;
  return (
    <>
      <p>{t('linkViewers')}</p>
      <Copy url={`${at}/r/${room}`} onCopied={pass} />
      <p>{t('linkOverlay')}</p>
      <Copy url={`${at}/overlay/${room}`} />
    </>
  );
}

function Copy({ url, onCopied }: { url: string; onCopied?: () => void }) {
  const t = useWords();
  const { message } = Notices.useApp();
  const copy = (): Promise<void> =>
    navigator.clipboard.writeText(url).then(
      () => {
        message.success(t('copied'));
        onCopied?.();
      },
      () => {
        message.info(t('copyByHand'));
      },
    );
  return (
    <Space.Compact className="wide copy">
      <Input readOnly value={url} aria-label={url} onFocus={(e) => e.currentTarget.select()} />
      <Button type="primary" onClick={() => void copy()}>
        {t('copy')}
      </Button>
    </Space.Compact>
  );
}
