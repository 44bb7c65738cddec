/** @jsxImportSource react */
import { Alert, Checkbox, DatePicker, Form, InputNumber, Modal, Radio, Select, Spin } from 'antd';
import type { Dayjs } from 'dayjs';
import { useEffect, useRef, useState } from 'react';
import type { Draft, Preview, SeriesSpec } from './api.ts';
import { evening } from './draft.ts';
import { wall, when } from './format.ts';
import { type Repeat, rule, type Slot, slots, weekdays } from './recurrence.ts';
import { sentence } from './say.ts';
import { useDo, useStudio, useWords } from './state.tsx';

interface Fields extends Repeat {
  start: Dayjs;
  zone: string;
  fold?: 'first' | 'second';
  rooms: string[];
  skip: boolean;
}

const CHECK_MS = 400;

function spec(f: Fields, draft: Draft): SeriesSpec {
  return {
    rooms: f.rooms,
    draft,
    recurrence: { start: wall(f.start).slice(0, 16), zone: f.zone, rule: rule(f), ...(f.fold && { fold: f.fold }) },
    ...(f.skip && { skipWrong: true }),
  };
}

interface Props {
  draft: Draft;
  room: string;
  onClose: () => void;
  onDone: () => void;
}

/** The same giveaway again and again: every time is shown before any draft is made. */
export function Series({ draft, room, onClose, onDone }: Props) {
  const t = useWords();
  const act = useDo();
  const { api, rooms, shop } = useStudio();
  const [form] = Form.useForm<Fields>();
  const f = Form.useWatch([], { form, preserve: true }) as Fields | undefined;
  const preview = usePreview(f, draft);
  const list = preview.value ? slots(preview.value) : [];
  const wrong = list.filter((s) => !s.at).length;
  const n = (list.length - wrong) * (f?.rooms?.length ?? 0);
  const make = (): Promise<void> =>
    act(() => api.post('series', spec(form.getFieldsValue(true), draft)), 'seriesDone').then((ok) => {
      if (!ok) return;
      onDone();
      onClose();
    });
  const ready = n > 0 && (wrong === 0 || f?.skip === true);
  return (
    <Modal
      open
      width={820}
      title={t('repeat')}
      onCancel={onClose}
      onOk={() => void make()}
      okText={t('seriesMake', { n })}
      okButtonProps={{ disabled: !ready }}
    >
      <div className="editor">
        <Form
          form={form}
          layout="vertical"
          initialValues={{
            every: 'WEEKLY',
            days: [weekdays[(evening().day() + 6) % 7]],
            times: 8,
            start: evening(),
            zone: shop.zone,
            rooms: [room],
            skip: false,
          }}
        >
          <Form.Item name="every" label={t('repeatEvery')}>
            <Radio.Group
              optionType="button"
              options={(['DAILY', 'WEEKLY', 'MONTHLY'] as const).map((x) => ({ value: x, label: t(`every_${x}`) }))}
            />
          </Form.Item>
          {f?.every === 'WEEKLY' && (
            <Form.Item name="days" label={t('repeatDays')}>
              <Checkbox.Group options={weekdays.map((d) => ({ value: d, label: t(`day_${d}`) }))} />
            </Form.Item>
          )}
          <div className="two">
            <Form.Item name="start" label={t('repeatFrom')}>
              <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" className="wide" allowClear={false} />
            </Form.Item>
            <Form.Item name="times" label={t('repeatTimes')}>
              <InputNumber min={1} max={366} precision={0} />
            </Form.Item>
          </div>
          <Form.Item name="zone" label={t('zone')} extra={t('zoneHow')}>
            <Select showSearch options={zones(shop.zone)} />
          </Form.Item>
          {list.some((s) => s.note === 'twice') && (
            <Form.Item name="fold" label={t('fold')}>
              <Radio.Group
                options={[
                  { value: 'first', label: t('foldFirst') },
                  { value: 'second', label: t('foldSecond') },
                ]}
              />
            </Form.Item>
          )}
          <Form.Item name="rooms" label={t('rooms')}>
            <Select mode="multiple" options={rooms.map((r) => ({ value: r.id, label: r.title || r.id }))} />
          </Form.Item>
          {wrong > 0 && (
            <Form.Item name="skip" valuePropName="checked">
              <Checkbox>{t('seriesSkip', { n: wrong })}</Checkbox>
            </Form.Item>
          )}
        </Form>
        <aside aria-live="polite">
          <h2 className="small">{t('seriesTimes', { n: list.length })}</h2>
          {preview.failed !== undefined && <Alert type="error" showIcon title={preview.failed} />}
          {!preview.value && preview.failed === undefined && <Spin />}
          <ol className="slots">
            {list.slice(0, 60).map((s) => (
              <Time key={s.local} slot={s} zone={f?.zone ?? shop.zone} />
            ))}
          </ol>
          <p className="hint">{t('seriesHow')}</p>
        </aside>
      </div>
    </Modal>
  );
}

function Time({ slot: s, zone }: { slot: Slot; zone: string }) {
  const t = useWords();
  const { shop, language } = useStudio();
  return (
    <li className={s.at ? '' : 'is-wrong'}>
      <b>{s.local.replace('T', ' ').slice(0, 16)}</b>
      {s.at && zone !== shop.zone && <span> {t('seriesHere', { time: when(s.at, shop.zone, language) })}</span>}
      {s.note && <em> {t(`slot_${s.note}`, { n: Math.abs(s.by ?? 0) })}</em>}
    </li>
  );
}

/** Every zone that the browser knows; the shop's first. */
function zones(own: string): { value: string; label: string }[] {
  const all = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
  return [own, ...all.filter((z) => z !== own)].map((z) => ({ value: z, label: z }));
}

/** Asks for the times a moment after the last change, and never shows those of an older question. */
function usePreview(f: Fields | undefined, draft: Draft): { value?: Preview; failed?: string } {
  const { api, language } = useStudio();
  const [got, set] = useState<{ value?: Preview; failed?: string }>({});
  const asked = useRef(0);
  const text = f?.start && f.rooms?.length > 0 ? JSON.stringify(spec(f, draft)) : '';
  useEffect(() => {
    if (!text) return;
    const n = ++asked.current;
    const timer = setTimeout(() => {
      void api.post<Preview>('series/preview', JSON.parse(text)).then(
        (value) => n === asked.current && set({ value }),
        (e) => n === asked.current && set({ failed: sentence(language, e) }),
      );
    }, CHECK_MS);
    return () => clearTimeout(timer);
  }, [api, text]);
  return got;
}
