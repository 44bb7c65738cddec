/** @jsxImportSource react */
import { Button, Checkbox, Form, InputNumber, Select } from 'antd';
import type { Checked, Page, Vocabulary } from './api.ts';
import { BlockList } from './block.tsx';
import type { Fields } from './draft.ts';
import { at } from './editor.tsx';
import { RuleOf } from './fields.tsx';
import { useLoad, useStudio, useWords } from './state.tsx';

/** What few giveaways need: more tickets for some, how often one may win, who may not, and order of arrival in place of a lot. */
export function Chances({ checked }: { checked: Checked | undefined }) {
  const t = useWords();
  const weights = (Form.useWatch('weights') ?? []) as NonNullable<Fields['weights']>;
  const caps = (Form.useWatch('caps') ?? []) as NonNullable<Fields['caps']>;
  const kind = Form.useWatch('kind') as Fields['kind'] | undefined;
  const first = Form.useWatch('first') as boolean | undefined;
  const blocks = (Form.useWatch('blocks') ?? []) as NonNullable<Fields['blocks']>;
  const used = weights.length > 0 || caps.length > 0 || blocks.length > 0 || first;
  return (
    <details className="chances" open={used || undefined}>
      <summary>{t('chances')}</summary>
      {kind === 'grab' && (
        <Form.Item name="first" valuePropName="checked" extra={t('firstHow')} {...at(checked, 'selection')}>
          <Checkbox>{t('first')}</Checkbox>
        </Form.Item>
      )}
      <Weights lines={weights} checked={checked} />
      <Caps checked={checked} />
      <BlockList checked={checked} />
    </details>
  );
}

function Weights({ lines, checked }: { lines: NonNullable<Fields['weights']>; checked: Checked | undefined }) {
  const t = useWords();
  const { api } = useStudio();
  const vocabulary = useLoad(() => api.get<Page<Vocabulary>>('conditions'), [api]);
  return (
    <Form.Item label={t('weights')} extra={t('weightsHow')} {...at(checked, 'weights')}>
      <Form.List name="weights">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row, i) => (
              <div key={row.key} className="line">
                <RuleOf name={row.name} rule={lines[i]?.rule} all={vocabulary.value?.items ?? []} />
                <Form.Item name={[row.name, 'add']} noStyle>
                  <InputNumber aria-label={t('tickets')} min={1} max={1000} prefix="+" />
                </Form.Item>
                <Button type="text" aria-label={t('remove')} onClick={() => remove(row.name)}>
                  ✕
                </Button>
              </div>
            ))}
            <Button disabled={rows.length >= 16} onClick={() => add({ add: 1 })}>
              {t('addWeight')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

function Caps({ checked }: { checked: Checked | undefined }) {
  const t = useWords();
  return (
    <Form.Item label={t('caps')} extra={t('capsHow')} {...at(checked, 'caps')}>
      <Form.List name="caps">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div key={row.key} className="line cap">
                <Form.Item name={[row.name, 'scope']} noStyle>
                  <Select
                    aria-label={t('capWhere')}
                    options={[
                      { value: 'shop', label: t('capShop') },
                      { value: 'room', label: t('capRoom') },
                    ]}
                  />
                </Form.Item>
                <Form.Item name={[row.name, 'days']} noStyle>
                  <InputNumber aria-label={t('capDays')} min={1} max={90} suffix={t('capDays')} />
                </Form.Item>
                <Form.Item name={[row.name, 'n']} noStyle>
                  <InputNumber aria-label={t('capWins')} min={1} max={1000} suffix={t('capWins')} />
                </Form.Item>
                <Button type="text" aria-label={t('remove')} onClick={() => remove(row.name)}>
                  ✕
                </Button>
              </div>
            ))}
            <Button disabled={rows.length >= 4} onClick={() => add({ scope: 'shop', days: 7, n: 1 })}>
              {t('addCap')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}
