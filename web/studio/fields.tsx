/** @jsxImportSource react */
import { Button, Checkbox, DatePicker, Form, Input, InputNumber, Select, Space } from 'antd';
import { useState } from 'react';
import type { Checked, Page, Prize, Vocabulary } from './api.ts';
import { evening, type Fields, isCut } from './draft.ts';
import { at } from './editor.tsx';
import { PrizeForm } from './library.tsx';
import { useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';

const triggers = ['now', 'at', 'show-start', 'product', 'after-draw', 'tap'] as const;

/** When it opens, and for how long. */
export function When({ checked }: { checked: Checked | undefined }) {
  const t = useWords();
  const { shop } = useStudio();
  const on = Form.useWatch('on') as Fields['on'] | undefined;
  const kind = Form.useWatch('kind') as Fields['kind'] | undefined;
  return (
    <div className="two">
      <Form.Item name="on" label={t('trigger')} {...at(checked, 'trigger')}>
        <Select options={triggers.map((o) => ({ value: o, label: t(`on_${o}`) }))} />
      </Form.Item>
      {on === 'at' && (
        <Form.Item name="at" label={t('at')} extra={shop.zone} initialValue={evening()}>
          <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" className="wide" allowClear={false} />
        </Form.Item>
      )}
      {(on === 'show-start' || on === 'after-draw') && (
        <Form.Item name="afterMinutes" label={t('afterMinutes')}>
          <InputNumber min={0} max={1440} />
        </Form.Item>
      )}
      {on === 'product' && (
        <Form.Item name="item" label={t('item')}>
          <Input maxLength={64} />
        </Form.Item>
      )}
      {kind === 'rain' ? (
        <Form.Item name="seconds" label={t('openSeconds')} initialValue={15} {...at(checked, 'openMs')}>
          <InputNumber min={3} max={60} step={1} />
        </Form.Item>
      ) : (
        <Form.Item name="minutes" label={t('openMinutes')} {...at(checked, 'openMs')}>
          <InputNumber min={0.1} max={10_080} step={1} />
        </Form.Item>
      )}
    </div>
  );
}

/** The tiers, in the order of their worth. */
export function Prizes({ all, checked, onNew }: { all: Prize[]; checked: Checked | undefined; onNew: () => void }) {
  const t = useWords();
  const { sign } = useMoney();
  const may = useMay();
  const [adding, add] = useState(false);
  const kind = Form.useWatch('kind') as Fields['kind'] | undefined;
  const tiers = Form.useWatch('prizes') as Fields['prizes'] | undefined;
  const problem = at(checked, 'prizes');
  const options = all
    .filter((p) => !p.retired && (!isCut(kind) || p.kind === 'cash'))
    .map((p) => ({
      value: p.id,
      label: p.kind === 'cash' ? p.title : `${p.title} · ${t('stockLeft', { n: p.stock.available })}`,
    }));
  return (
    <Form.Item label={t(kind === 'rain' ? 'waves' : 'prizes')} required {...problem}>
      <Form.List name="prizes">
        {(rows, { add: more, remove }) => (
          <>
            {rows.map((row) => (
              <div key={row.key} className="line">
                <Form.Item name={[row.name, 'prize']} noStyle>
                  <Select
                    className="grow"
                    aria-label={t('prize')}
                    placeholder={t('prize')}
                    options={options}
                    showSearch={{ optionFilterProp: 'label' }}
                  />
                </Form.Item>
                <Form.Item name={[row.name, 'qty']} noStyle>
                  <InputNumber aria-label={t('quantity')} min={1} max={1_000_000} suffix={t('pieces')} />
                </Form.Item>
                {isCut(kind) && (
                  <Form.Item name={[row.name, 'sum']} noStyle>
                    <InputNumber aria-label={t('sum')} min={0.01} precision={2} prefix={sign} placeholder={t('sum')} />
                  </Form.Item>
                )}
                {kind !== 'rain' && (
                  <Form.Item name={[row.name, 'stepUp']} valuePropName="checked" noStyle>
                    <Checkbox>{t('stepUp')}</Checkbox>
                  </Form.Item>
                )}
                <Button type="text" aria-label={t('remove')} onClick={() => remove(row.name)}>
                  ✕
                </Button>
              </div>
            ))}
            {kind !== 'rain' && tiers?.some((p) => p?.stepUp) && <p className="hint">{t('stepUpHow')}</p>}
            <Space>
              {kind === 'rain' ? (
                <Button disabled={rows.length >= 12} onClick={() => more({ qty: 10, prize: options[0]?.value })}>
                  {t('addWave')}
                </Button>
              ) : (
                <Button onClick={() => more({ qty: 1 })}>{t('addTier')}</Button>
              )}
              {may('prize.write') && (
                <Button type="link" onClick={() => add(true)}>
                  {t('newPrize')}
                </Button>
              )}
            </Space>
          </>
        )}
      </Form.List>
      {adding && (
        <PrizeForm
          of={undefined}
          onClose={() => add(false)}
          onSaved={() => {
            add(false);
            onNew();
          }}
        />
      )}
    </Form.Item>
  );
}

/** A rule of the vocabulary with what it asks: the middle of a line. */
export function RuleOf({ name, rule, all }: { name: number; rule: string | undefined; all: Vocabulary[] }) {
  const t = useWords();
  const { language } = useStudio();
  const known = all.find((v) => v.rule === rule);
  return (
    <>
      <Form.Item name={[name, 'rule']} noStyle>
        <Select
          className="grow"
          aria-label={t('condition')}
          placeholder={t('condition')}
          options={all.map((v) => ({
            value: v.rule,
            label: v[language].replace('%s', '…').replace('秒', t('minuteWord')).replace('seconds', t('minuteWord')),
          }))}
        />
      </Form.Item>
      {known?.args === 'n' && (
        <Form.Item name={[name, 'n']} noStyle>
          <InputNumber aria-label={t('number')} min={0} />
        </Form.Item>
      )}
      {known?.args === 'in' && (
        <Form.Item name={[name, 'in']} noStyle>
          <Input aria-label={t('regions')} placeholder="CN-33, CN-31" className="short" />
        </Form.Item>
      )}
    </>
  );
}

/** Who may take part: all lines must hold. */
export function Conditions({ checked }: { checked: Checked | undefined }) {
  const t = useWords();
  const { api } = useStudio();
  const vocabulary = useLoad(() => api.get<Page<Vocabulary>>('conditions'), [api]);
  const lines = (Form.useWatch('conditions') ?? []) as Fields['conditions'];
  const all = vocabulary.value?.items ?? [];
  return (
    <Form.Item label={t('conditions')} extra={t('conditionsHow')} {...at(checked, 'conditions')}>
      <Form.List name="conditions">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row, i) => {
              return (
                <div key={row.key} className="line">
                  <RuleOf name={row.name} rule={lines[i]?.rule} all={all} />
                  <Button type="text" aria-label={t('remove')} onClick={() => remove(row.name)}>
                    ✕
                  </Button>
                </div>
              );
            })}
            <Button onClick={() => add({})}>{t('addCondition')}</Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

const ties = ['device', 'pay', 'address', 'phone'] as const;

/** Which facts tie accounts to each other, so that they get one ticket together. */
export function Ties({ checked }: { checked: Checked | undefined }) {
  const t = useWords();
  const chosen = (Form.useWatch('ties') ?? []) as readonly string[];
  return (
    <>
      <Form.Item name="ties" label={t('ties')} extra={t('tiesHow')} {...at(checked, 'cluster')}>
        <Checkbox.Group options={ties.map((tie) => ({ value: tie, label: t(`tie_${tie}`) }))} />
      </Form.Item>
      {chosen.includes('address') && <p className="hint">{t('tieAddressHow')}</p>}
      {chosen.includes('phone') && (
        <>
          <div className="two">
            <Form.Item name="burstMinutes" label={t('tieBurst')} initialValue={10}>
              <InputNumber min={1} max={43_200} />
            </Form.Item>
            <Form.Item name="coPercent" label={t('tieCo')} initialValue={60}>
              <InputNumber min={1} max={100} />
            </Form.Item>
          </div>
          <p className="hint">{t('tieWeakHow')}</p>
        </>
      )}
    </>
  );
}
