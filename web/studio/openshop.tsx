/** @jsxImportSource react */
import { Alert, Button, Card, Form, Input, Radio, Select } from 'antd';
import { useState } from 'react';
import { sign } from '../words/money.ts';
import type { Api, Page, Profile, ShopSpec } from './api.ts';
import { sentence } from './say.ts';
import { type Language, texts } from './state.tsx';
import { visit } from './visit.ts';

type Opening = ShopSpec & { id: string; room: string; approve: string };

/** The first shop of an installation: five fields, and the studio is open. */
export function OpenShop({ api, language, onDone }: { api: Api; language: Language; onDone: () => void }) {
  const t = texts(language);
  const [why, say] = useState('');
  const [busy, work] = useState(false);
  const [form] = Form.useForm<Opening>();
  const profile = Form.useWatch('profile', form);
  const open = async (f: Opening): Promise<void> => {
    work(true);
    try {
      const { room, approve, id, ...rest } = f;
      const spec = {
        ...rest,
        zone: f.profile === 'cn-2020' ? 'Asia/Shanghai' : Intl.DateTimeFormat().resolvedOptions().timeZone,
        approval: { mode: approve, ...(approve === 'above' && { aboveFen: 1_000_000 }) },
      };
      const has = (await api.get<Page<{ id: string }>>('shops')).items.some((s) => s.id === id);
      if (!has) await api.post('shops', { id, ...spec });
      await api.post('rooms', { id: room, shop: id, title: f.name });
      visit('start');
      onDone();
    } catch (e) {
      say(sentence(language, e));
    }
    work(false);
  };
  return (
    <main className="alone">
      <Card title={t('openShop')}>
        <p>{t('openShopHow')}</p>
        {why && <Alert type="error" title={why} showIcon />}
        <Form
          form={form}
          layout="vertical"
          initialValues={{ id: 'shop', room: 'live', profile: 'cn-2020', currency: 'CNY', approve: 'none' }}
          onFinish={(f) => void open(f)}
        >
          <Form.Item name="name" label={t('shopName')} rules={[{ required: true, message: t('needed') }]}>
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item
            name="organiser"
            label={t('organiser')}
            extra={t('organiserHow')}
            rules={[{ required: true, message: t('needed') }]}
          >
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="contact" label={t('contact')} rules={[{ required: true, message: t('needed') }]}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item
            name="room"
            label={t('room')}
            extra={t('roomHow')}
            rules={[{ required: true, pattern: /^[\w.-]{1,64}$/, message: t('idRule') }]}
          >
            <Input maxLength={64} />
          </Form.Item>
          <Form.Item name="approve" label={t('approval')}>
            <Radio.Group
              options={[
                { value: 'none', label: t('approval_none') },
                { value: 'above', label: t('approval_above') },
                { value: 'always', label: t('approval_always') },
              ]}
            />
          </Form.Item>
          <Form.Item name="profile" label={t('profile')}>
            <Profiles api={api} />
          </Form.Item>
          {profile === 'generic' && (
            <Form.Item name="currency" label={t('currency')} extra={t('currencyHow')}>
              <Select options={['CNY', 'USD', 'GBP', 'EUR'].map((c) => ({ value: c, label: `${c} ${sign(c)}` }))} />
            </Form.Item>
          )}
          <Form.Item name="id" hidden>
            <Input />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={busy} block size="large">
            {t('openShopGo')}
          </Button>
        </Form>
      </Card>
    </main>
  );
}

function Profiles({ api, value, onChange }: { api: Api; value?: string; onChange?: (v: string) => void }) {
  const [all, set] = useState<Profile[]>([]);
  const load = (): void => {
    if (all.length === 0) void api.get<Page<Profile>>('profiles').then((p) => set(p.items));
  };
  const options = all.length > 0 ? all.map((p) => ({ value: p.id, label: p.name })) : [{ value: 'cn-2020', label: '中国大陆' }];
  return <Select value={value ?? null} onChange={(v) => onChange?.(v)} options={options} onOpenChange={load} />;
}
