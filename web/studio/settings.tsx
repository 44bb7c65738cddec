/** @jsxImportSource react */
import { Button, Card, Form, Input, InputNumber, Modal, Radio, Select, Space, Table, Tag } from 'antd';
import { useState } from 'react';
import type { Page, Room, ShopSpec, Staff } from './api.ts';
import { fen, when } from './format.ts';
import { useDo, useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';

const roles = ['host', 'assistant', 'moderator', 'marketer', 'approver', 'fulfilment', 'auditor', 'operator'] as const;

/** The shop, its rooms and its people. */
export function Settings() {
  const may = useMay();
  return (
    <div className="cards">
      <ShopCard />
      <RoomsCard />
      {may('staff.read') && <StaffCard />}
    </div>
  );
}

function ShopCard() {
  const t = useWords();
  const { sign } = useMoney();
  const may = useMay();
  const act = useDo();
  const { api, shop, again } = useStudio();
  const [form] = Form.useForm<ShopSpec & { above?: number }>();
  const mode = Form.useWatch(['approval', 'mode'], form);
  const locked = !may('shop.write');
  return (
    <Card title={t('shop')} extra={<Tag>{shop.currency ?? 'CNY'}</Tag>}>
      <Form
        form={form}
        layout="vertical"
        disabled={locked}
        initialValues={{ ...shop, above: (shop.approval.aboveFen ?? 0) / 100 }}
        onFinish={({ above, approval, ...f }) =>
          void act(() =>
            api.put(
              `shops/${shop.id}`,
              {
                name: f.name,
                organiser: f.organiser ?? '',
                contact: f.contact ?? '',
                profile: shop.profile,
                ...(shop.currency && { currency: shop.currency }),
                zone: shop.zone,
                approval: { mode: approval.mode, ...(approval.mode === 'above' && { aboveFen: fen(above) }) },
                ...(shop.budgetRequired && { budgetRequired: true }),
              },
              shop.version,
            ),
          ).then((ok) => ok && again())
        }
      >
        <Form.Item name="name" label={t('shopName')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="organiser" label={t('organiser')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="contact" label={t('contact')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name={['approval', 'mode']} label={t('approval')}>
          <Radio.Group options={(['none', 'above', 'always'] as const).map((m) => ({ value: m, label: t(`approval_${m}`) }))} />
        </Form.Item>
        {mode === 'above' && (
          <Form.Item name="above" label={t('aboveSum')}>
            <InputNumber min={0} precision={2} prefix={sign} />
          </Form.Item>
        )}
        {!locked && (
          <Button type="primary" htmlType="submit">
            {t('save')}
          </Button>
        )}
      </Form>
    </Card>
  );
}

function RoomsCard() {
  const t = useWords();
  const may = useMay();
  const act = useDo();
  const { api, shop, rooms, again } = useStudio();
  const [adding, add] = useState(false);
  const [form] = Form.useForm<{ id: string; title: string; host?: string }>();
  return (
    <Card title={t('rooms')} extra={may('room.write') && <Button onClick={() => add(true)}>{t('newRoom')}</Button>}>
      <Table<Room>
        rowKey="id"
        size="small"
        pagination={false}
        dataSource={rooms}
        columns={[
          { title: t('room'), render: (_, r) => <bdi>{r.title || r.id}</bdi> },
          { title: t('address'), render: (_, r) => <a href={`/r/${r.id}`}>/r/{r.id}</a> },
          { title: t('role_host'), render: (_, r) => <bdi>{r.host || '—'}</bdi> },
        ]}
      />
      {adding && (
        <Modal open title={t('newRoom')} onCancel={() => add(false)} onOk={() => form.submit()} okText={t('save')}>
          <Form
            form={form}
            layout="vertical"
            onFinish={(f) =>
              void act(() => api.post('rooms', { shop: shop.id, ...f })).then((ok) => {
                if (!ok) return;
                add(false);
                again();
              })
            }
          >
            <Form.Item
              name="id"
              label={t('address')}
              extra={t('roomHow')}
              rules={[{ required: true, pattern: /^[\w.-]{1,64}$/, message: t('idRule') }]}
            >
              <Input maxLength={64} prefix="/r/" />
            </Form.Item>
            <Form.Item name="title" label={t('room')} rules={[{ required: true, message: t('needed') }]}>
              <Input maxLength={60} />
            </Form.Item>
            <Form.Item name="host" label={t('role_host')} extra={t('hostHow')}>
              <Input maxLength={64} />
            </Form.Item>
          </Form>
        </Modal>
      )}
    </Card>
  );
}

function StaffCard() {
  const t = useWords();
  const may = useMay();
  const act = useDo();
  const { api, shop, language } = useStudio();
  const list = useLoad(() => api.get<Page<Staff>>(`shops/${shop.id}/staff`), [api, shop.id]);
  const [form] = Form.useForm<{ user: string; roles: string[] }>();
  const options = roles.map((r) => ({ value: r, label: t(`role_${r}`) }));
  const appoint = (user: string, r: string[]): Promise<void> =>
    act(() => api.put(`shops/${shop.id}/staff/${encodeURIComponent(user)}`, { roles: r })).then(() => list.again());
  return (
    <Card title={t('staff')}>
      <Table<Staff>
        rowKey="user"
        size="small"
        pagination={false}
        dataSource={list.value?.items ?? []}
        columns={[
          { title: t('who'), render: (_, s) => <bdi>{s.user}</bdi> },
          {
            title: t('roles'),
            render: (_, s) => (
              <Select
                mode="multiple"
                className="wide"
                aria-label={t('roles')}
                disabled={!may('staff.write')}
                value={s.roles}
                options={options}
                onChange={(r) => void appoint(s.user, r)}
              />
            ),
          },
          { title: t('since'), render: (_, s) => when(s.at, shop.zone, language) },
        ]}
      />
      {may('staff.write') && (
        <Form
          form={form}
          layout="inline"
          className="appoint"
          onFinish={(f) => void appoint(f.user, f.roles).then(() => form.resetFields())}
        >
          <Form.Item name="user" rules={[{ required: true, message: t('needed') }]}>
            <Input aria-label={t('userId')} placeholder={t('userId')} maxLength={64} />
          </Form.Item>
          <Form.Item name="roles" rules={[{ required: true, message: t('needed') }]}>
            <Select mode="multiple" className="roles" aria-label={t('roles')} placeholder={t('roles')} options={options} />
          </Form.Item>
          <Space>
            <Button htmlType="submit">{t('appoint')}</Button>
          </Space>
        </Form>
      )}
    </Card>
  );
}
