/** @jsxImportSource react */
import { Alert, Button, Card, Collapse, Empty, Form, InputNumber, Progress, Select, Table, Tag } from 'antd';
import { useEffect, useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Finding, Giveaway, Page, Rehearsal } from './api.ts';
import { when } from './format.ts';
import { colours } from './giveaways.tsx';
import { ownRoom } from './progress.ts';
import { finding, sentence } from './say.ts';
import { useLoad, useMay, useStudio, useWords } from './state.tsx';

interface Fields {
  room: string;
  giveaways: string[];
  viewers: number;
  trolls: number;
  dip: number;
  late: number;
}

const early = 'draft,approved,scheduled';

/** 彩排: the whole show before simulated viewers, with nothing real touched, and a list of what would fail. */
export function Rehearse() {
  const t = useWords();
  const may = useMay();
  const { api, shop, rooms, language } = useStudio();
  const [form] = Form.useForm<Fields>();
  const first = (ownRoom(rooms) ?? rooms[0])?.id;
  const room = (Form.useWatch('room', form) as string | undefined) ?? first;
  const past = useLoad(() => api.get<Page<Rehearsal>>('rehearsals', { shop: shop.id }), [api, shop.id]);
  const waiting = useLoad(
    () => api.get<Page<Giveaway>>('giveaways', { shop: shop.id, room, state: early, most: 50 }),
    [api, shop.id, room],
    8_000,
  );
  const { busy, seconds, failed, run } = useRehearsal(past.again);
  const all = waiting.value?.items ?? [];
  return (
    <div className="rehearse">
      <Card title={t('rehearse')}>
        <p className="hint">{t('rehearseHow')}</p>
        <Form<Fields>
          form={form}
          layout="vertical"
          disabled={busy || !may('giveaway.write')}
          initialValues={{ room: first, giveaways: [], viewers: 300, trolls: 20, dip: 8, late: 0 }}
          onFinish={(f) => void run(f)}
        >
          <Form.Item name="room" label={t('room')}>
            <Select
              options={rooms.map((r) => ({ value: r.id, label: r.title || r.id }))}
              onChange={() => form.setFieldValue('giveaways', [])}
            />
          </Form.Item>
          <Form.Item name="giveaways" label={t('giveaways')} extra={t('rehearseWhich', { n: all.length })}>
            <Select
              mode="multiple"
              placeholder={t('rehearseAll')}
              options={all.map((g) => ({ value: g.id, label: g.draft.title || t('untitled') }))}
            />
          </Form.Item>
          <Collapse
            ghost
            items={[
              {
                key: 'crowd',
                label: t('crowd'),
                forceRender: true,
                children: (
                  <div className="two">
                    <Form.Item name="viewers" label={t('crowdViewers')}>
                      <InputNumber min={1} max={5000} precision={0} />
                    </Form.Item>
                    <Form.Item name="trolls" label={t('crowdTrolls')}>
                      <InputNumber min={1} max={500} precision={0} />
                    </Form.Item>
                    <Form.Item name="dip" label={t('crowdDip')}>
                      <InputNumber min={1} max={600} precision={0} />
                    </Form.Item>
                    <Form.Item name="late" label={t('crowdLate')} extra={t('crowdLateHow')}>
                      <InputNumber min={0} max={600} precision={0} />
                    </Form.Item>
                  </div>
                ),
              },
            ]}
          />
          {waiting.value && all.length === 0 && <Alert type="info" showIcon title={t('rehearseNothing')} />}
          {failed !== undefined && <Alert type="error" showIcon title={sentence(language, failed)} />}
          {busy && (
            <div role="status" aria-live="polite">
              <p className="hint">{t('rehearsing', { n: seconds })}</p>
              <Progress
                percent={Math.min(98, Math.round(100 * (1 - Math.exp(-seconds / 8))))}
                showInfo={false}
                aria-label={t('rehearse')}
              />
            </div>
          )}
          {may('giveaway.write') && (
            <Button type="primary" htmlType="submit" size="large" block loading={busy} disabled={all.length === 0}>
              {t('rehearseGo')}
            </Button>
          )}
        </Form>
      </Card>
      <section aria-label={t('rehearsals')}>
        {past.value?.items.length === 0 && !busy && <Empty description={t('rehearsalsNone')} />}
        {(past.value?.items ?? []).slice(0, 10).map((r, i) => (
          <Report key={r.id} r={r} open={i === 0} />
        ))}
      </section>
    </div>
  );
}

/** Holds a rehearsal: the server plays it through while it is asked, in some seconds. */
export function useRehearsal(done: () => void) {
  const { api } = useStudio();
  const [began, begin] = useState<number | undefined>(undefined);
  const [seconds, count] = useState(0);
  const [failed, fail] = useState<unknown>(undefined);
  useEffect(() => {
    if (began === undefined) return;
    const timer = setInterval(() => count(Math.round((performance.now() - began) / 1000)), 500);
    return () => clearInterval(timer);
  }, [began]);
  const run = async (f: Fields): Promise<Rehearsal | undefined> => {
    begin(performance.now());
    count(0);
    fail(undefined);
    try {
      return await api.post<Rehearsal>('rehearsals', {
        room: f.room,
        ...(f.giveaways.length > 0 && { giveaways: f.giveaways }),
        viewers: f.viewers,
        trolls: f.trolls,
        dipMs: f.dip * 1000,
        beaconLateMs: f.late * 1000,
      });
    } catch (e) {
      fail(e);
      return undefined;
    } finally {
      begin(undefined);
      done();
    }
  };
  return { busy: began !== undefined, seconds, failed, run };
}

const level: Record<Finding['level'], 'error' | 'warning' | 'info'> = { fails: 'error', risks: 'warning', notes: 'info' };

/** What came of one: what would fail first, then each giveaway, then the crowd. */
export function Report({ r, open }: { r: Rehearsal; open: boolean }) {
  const t = useWords();
  const { shop, rooms, language } = useStudio();
  const fails = r.findings.filter((f) => f.level === 'fails').length;
  const risks = r.findings.filter((f) => f.level === 'risks').length;
  const n = (list: { n: number }[]): number => list.reduce((a, x) => a + x.n, 0);
  return (
    <Card size="small" className="report">
      <details open={open}>
        <summary>
          <Tag color={fails > 0 ? 'error' : risks > 0 ? 'warning' : 'success'}>
            {fails > 0 ? t('wouldFail', { n: fails }) : risks > 0 ? t('couldGoWrong', { n: risks }) : t('wouldWork')}
          </Tag>
          <bdi>{rooms.find((x) => x.id === r.room)?.title || r.room}</bdi> · {when(r.created, shop.zone, language)}
        </summary>
        <ul className="findings">
          {r.findings.map((f) => (
            <li key={`${f.level}${f.giveaway}${f.field}${f.rule}${f.message}`}>
              <Alert
                type={level[f.level]}
                showIcon
                title={
                  <>
                    <b>{t(`level_${f.level}`)}</b> {f.title && <bdi>{f.title}</bdi>} {finding(language, f)}
                  </>
                }
              />
            </li>
          ))}
        </ul>
        <Table<Rehearsal['items'][number]>
          size="small"
          rowKey="giveaway"
          pagination={false}
          dataSource={r.items}
          columns={[
            { title: t('name'), render: (_, x) => <bdi>{x.title}</bdi> },
            {
              title: t('state'),
              responsive: ['md'],
              render: (_, x) => <Tag color={colours[x.state]}>{t(`state_${x.state}` as StudioWord)}</Tag>,
            },
            { title: t('entered'), align: 'right', dataIndex: 'told' },
            { title: t('winners'), align: 'right', render: (_, x) => x.live.winners },
            { title: t('proved'), render: (_, x) => t(x.verified ? 'provedYes' : 'provedNo') },
          ]}
        />
        {r.copied && (
          <p className="hint">
            {t('rehearsedAs', {
              ...r.copied,
              slow: r.copied.slowMs > 0 ? t('rehearsedSlow', { n: r.copied.slowMs / 1000 }) : t('rehearsedFast'),
            })}
          </p>
        )}
        <p className="hint">
          {t('rehearsed', {
            viewers: r.viewers,
            trolls: r.trolls,
            said: n(r.people),
            tricks: n(r.rogues) + r.forged,
            delayed: r.delayed,
          })}
        </p>
      </details>
    </Card>
  );
}
