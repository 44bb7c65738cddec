/** @jsxImportSource react */
import { Alert, Button, Checkbox, Drawer, Form, Input, InputNumber, Select, Space, Spin } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Budget, Checked, Giveaway, Page, Prize, Problem, Profile } from './api.ts';
import { Chances } from './chances.tsx';
import { empty, type Fields, place, placeOf, toDraft, toFields } from './draft.ts';
import { Conditions, Prizes, Ties, When } from './fields.tsx';
import { when } from './format.ts';
import { problem, sorted } from './say.ts';
import { useDo, useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';

interface Props {
  of: Giveaway | undefined;
  onClose: () => void;
  onSaved: (g: Giveaway) => void;
}

const CHECK_MS = 500;

/**
 * Writes a draft. The server checks it while it is typed, all rules at once, and
 * what it says stands at the field it is about; a draft may be kept as wrong as
 * it is.
 */
export function Editor({ of, onClose, onSaved }: Props) {
  const t = useWords();
  const { money } = useMoney();
  const may = useMay();
  const act = useDo();
  const { api, shop, rooms } = useStudio();
  const [form] = Form.useForm<Fields>();
  const fields = Form.useWatch([], { form, preserve: true }) as Fields | undefined;
  const prizes = useLoad(() => api.get<Page<Prize>>('prizes', { shop: shop.id }), [api, shop.id]);
  const budgets = useLoad(
    () => (may('ledger.read') ? api.get<Page<Budget>>('budgets', { shop: shop.id }) : Promise.resolve({ items: [] })),
    [api, shop.id],
  );
  const isNew = of === undefined;
  useEffect(() => {
    if (!isNew) return;
    void api.get<Page<Profile>>('profiles').then(
      (all) => {
        const ties = all.items.find((p) => p.id === shop.profile)?.ties;
        if (ties && !form.isFieldTouched('ties')) form.setFieldValue('ties', ties);
      },
      () => undefined, // then it begins with none
    );
  }, [api, form, isNew, shop.profile]);
  const checked = useCheck(fields);
  const { shown, touch, tryIt } = useShown(checked, of !== undefined);
  const save = async (): Promise<void> => {
    tryIt();
    const f = form.getFieldsValue(true) as Fields;
    let saved: Giveaway | undefined;
    const ok = await act(async () => {
      saved = of
        ? await api.put<Giveaway>(`giveaways/${of.id}`, toDraft(f), of.version)
        : await api.post<Giveaway>('giveaways', { room: f.room, draft: toDraft(f) });
    }, 'saved');
    if (ok && saved) onSaved(saved);
  };
  const kind = fields?.kind ?? 'bag';
  return (
    <Drawer
      open
      size={1080}
      onClose={onClose}
      title={of ? t('edit') : t('newGiveaway')}
      mask={{ closable: false }}
      footer={
        <Space>
          <Button type="primary" onClick={() => void save()} disabled={!fields?.room}>
            {t('saveDraft')}
          </Button>
          <Button onClick={onClose}>{t('close')}</Button>
        </Space>
      }
    >
      <div className="editor">
        <Form<Fields>
          form={form}
          layout="vertical"
          initialValues={of ? toFields(of) : empty(rooms[0]?.id ?? '')}
          onValuesChange={(changed) => Object.keys(changed).forEach(touch)}
          onBlur={(e) => touch((e.target as HTMLElement).id?.split('_')[0] ?? '')}
        >
          <div className="two">
            <Form.Item name="kind" label={t('kind')} {...at(shown, 'kind')}>
              <Select
                options={(['bag', 'lottery', 'grab', 'packet', 'rain'] as const).map((k) => ({
                  value: k,
                  label: t(`kind_${k}`),
                }))}
                onChange={(k) => k === 'rain' && form.setFieldsValue({ claimHours: 0 })}
              />
            </Form.Item>
            <Form.Item name="room" label={t('room')} {...at(shown, 'room')}>
              <Select disabled={of !== undefined} options={rooms.map((r) => ({ value: r.id, label: r.title || r.id }))} />
            </Form.Item>
          </div>
          <p className="hint">{t(`kindHow_${kind}` as StudioWord)}</p>
          <Form.Item name="title" label={t('name')} {...at(shown, 'title')}>
            <Input maxLength={60} placeholder={t('namePlaceholder')} />
          </Form.Item>
          <When checked={shown} />
          <Prizes all={prizes.value?.items ?? []} checked={shown} onNew={prizes.again} />
          {(kind === 'bag' || kind === 'lottery') && (
            <Form.Item name="phrase" label={t('phrase')} extra={t('phraseHow')} {...at(shown, 'phrases')}>
              <Input maxLength={30} />
            </Form.Item>
          )}
          <Conditions checked={shown} />
          <Chances checked={shown} />
          <Ties checked={shown} />
          <div className="two">
            <Form.Item name="claimHours" label={t('claimHours')} extra={t('claimHoursHow')} {...at(shown, 'claimTtlMs')}>
              <InputNumber min={0} max={720} />
            </Form.Item>
            <Form.Item name="alternates" label={t('alternates')} extra={t('alternatesHow')} {...at(shown, 'alternates')}>
              <InputNumber min={0} max={10_000} />
            </Form.Item>
          </div>
          <Form.Item name="noBeacon" label={t('noBeacon')} extra={t('noBeaconHow')} {...at(shown, 'noBeacon')}>
            <Select options={(['wait', 'cancel'] as const).map((x) => ({ value: x, label: t(`noBeacon_${x}`) }))} />
          </Form.Item>
          <Form.Item name="proof" valuePropName="checked" extra={t('proofHow')} {...at(shown, 'proof')}>
            <Checkbox>{t('proof')}</Checkbox>
          </Form.Item>
          <Form.Item name="compensation" label={t('compensation')} extra={t('compensationHow')} {...at(shown, 'compensation')}>
            <Input maxLength={160} placeholder={t('compensationLike')} />
          </Form.Item>
          {(budgets.value?.items.length ?? 0) > 0 && (
            <Form.Item name="budget" label={t('budget')} {...at(shown, 'budget')}>
              <Select
                allowClear
                options={(budgets.value?.items ?? []).map((b) => ({
                  value: b.id,
                  label: `${b.title} · ${t('left', { n: money(b.funds.availableFen) })}`,
                }))}
              />
            </Form.Item>
          )}
        </Form>
        <Check checked={checked} />
      </div>
    </Drawer>
  );
}

/**
 * What the check says where somebody can already have done something about it:
 * of a new draft the fields that were typed in or left, and all once it was to be
 * saved. What is open in all stands beside the form from the start.
 */
function useShown(checked: Checked | undefined, all: boolean) {
  const [touched, set] = useState<ReadonlySet<string>>(new Set());
  const [tried, turn] = useState(all);
  const touch = (name: string): void => {
    const field = placeOf(name);
    if (field) set((was) => (was.has(field) ? was : new Set(was).add(field)));
  };
  const shown = checked && {
    ...checked,
    problems: tried ? checked.problems : checked.problems.filter((p) => touched.has(place(p.field))),
  };
  return { shown, touch, tryIt: () => turn(true) };
}

/** What the check says of a field, as a form item shows it. */
export function at(checked: Checked | undefined, field: string) {
  const { language } = useStudio();
  const mine = (list: Problem[] | undefined): Problem[] => (list ?? []).filter((p) => place(p.field) === field);
  const wrong = mine(checked?.problems);
  const doubt = mine(checked?.warnings);
  const list = wrong.length > 0 ? wrong : doubt;
  return list.length === 0
    ? {}
    : {
        validateStatus: wrong.length > 0 ? ('error' as const) : ('warning' as const),
        help: list.map((p) => problem(language, p)).join('；'),
      };
}

/** Asks the server a moment after the last key, and never shows an answer to an older question. */
function useCheck(fields: Fields | undefined): Checked | undefined {
  const { api } = useStudio();
  const [checked, set] = useState<Checked | undefined>(undefined);
  const asked = useRef(0);
  const text = fields?.room ? JSON.stringify({ room: fields.room, draft: toDraft(fields) }) : '';
  useEffect(() => {
    if (!text) return;
    const n = ++asked.current;
    const timer = setTimeout(() => {
      void api.post<Checked>('check', JSON.parse(text)).then(
        (c) => n === asked.current && set(sorted(c)),
        () => undefined, // the next key asks again; saving says what is wrong
      );
    }, CHECK_MS);
    return () => clearTimeout(timer);
  }, [api, text]);
  return checked;
}

const placed = new Set([
  'kind',
  'room',
  'title',
  'trigger',
  'openMs',
  'prizes',
  'phrases',
  'conditions',
  'weights',
  'caps',
  'block',
  'reasons',
  'selection',
  'claimTtlMs',
  'alternates',
  'budget',
  'noBeacon',
  'proof',
  'compensation',
  'cluster',
]);

/** What keeps a draw from the best grade, where the installation or the draft could be another. */
function lacks(reasons: string[]) {
  const has = (...any: string[]): boolean => any.some((r) => reasons.includes(r));
  return [
    has('order-of-arrival') && ('gradeOrder' as const),
    has('local-beacon') && ('gradeLocal' as const),
    has('no-witnesses', 'few-witnesses') && ('gradeSeen' as const),
    has('no-mirror') && ('gradeHeld' as const),
  ].filter((word) => word !== false);
}

/** What the plan comes to: worth, times, whether somebody must approve it, and the rules viewers will read. */
function Check({ checked }: { checked: Checked | undefined }) {
  const t = useWords();
  const { money } = useMoney();
  const { shop, language } = useStudio();
  if (!checked)
    return (
      <aside>
        <Spin />
      </aside>
    );
  const rest = checked.problems.filter((p) => !placed.has(place(p.field)));
  return (
    <aside aria-live="polite">
      <Alert
        type={checked.ok ? 'success' : 'warning'}
        showIcon
        title={checked.ok ? t('checkOk') : t('checkOpen', { n: checked.problems.length })}
        description={rest.length > 0 && rest.map((p) => <p key={p.message}>{problem(language, p)}</p>)}
      />
      <dl>
        <div>
          <dt>{t('units')}</dt>
          <dd>{checked.units}</dd>
        </div>
        <div>
          <dt>{t('worth')}</dt>
          <dd>{money(checked.worthFen)}</dd>
        </div>
        <div>
          <dt>{t('opens')}</dt>
          <dd>{when(checked.openAt, shop.zone, language)}</dd>
        </div>
        <div>
          <dt>{t('closes')}</dt>
          <dd>{when(checked.closeAt, shop.zone, language)}</dd>
        </div>
        <div>
          <dt>{t('draws')}</dt>
          <dd>{when(checked.drawAt, shop.zone, language)}</dd>
        </div>
        {checked.grade && (
          <div>
            <dt>{t('gradeBest')}</dt>
            <dd>{[checked.grade.letter, ...lacks(checked.grade.reasons).map((word) => t(word))].join(' · ')}</dd>
          </div>
        )}
        <div>
          <dt>{t('approval')}</dt>
          <dd>{t(checked.needsApproval ? 'needsApproval' : 'needsNone')}</dd>
        </div>
      </dl>
      {checked.rules && (
        <details>
          <summary>{t('publicRules')}</summary>
          <pre>{checked.rules}</pre>
        </details>
      )}
    </aside>
  );
}
