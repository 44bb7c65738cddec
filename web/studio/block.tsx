/** @jsxImportSource react */
import { Button, Form, Input } from 'antd';
import type { Checked } from './api.ts';
import { type BlockRow, linesOf, usersOf } from './blocklist.ts';
import { at } from './editor.tsx';
import { useMay, useWords } from './state.tsx';

const MOST = 32;

/** Who may not win, by public reason, each with its users typed or out of a file. Only who may read such lists sees it. */
export function BlockList({ checked }: { checked: Checked | undefined }) {
  const t = useWords();
  const may = useMay();
  const form = Form.useFormInstance();
  const lists = (Form.useWatch('blocks') ?? []) as (BlockRow | undefined)[];
  if (!may('block.read')) return null;
  const take = async (row: number, file: File | undefined): Promise<void> => {
    if (!file) return;
    const before: unknown = form.getFieldValue(['blocks', row, 'users']);
    form.setFieldValue(
      ['blocks', row, 'users'],
      linesOf(usersOf(`${typeof before === 'string' ? before : ''}\n${await file.text()}`)),
    );
  };
  return (
    <Form.Item label={t('blocks')} extra={t('blocksHow')} {...at(checked, 'block')}>
      <Form.List name="blocks">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row, i) => (
              <div key={row.key} className="blocked">
                <div className="line">
                  <Form.Item name={[row.name, 'zh']} noStyle>
                    <Input aria-label={t('blockZh')} placeholder={t('blockZh')} maxLength={60} />
                  </Form.Item>
                  <Form.Item name={[row.name, 'en']} noStyle>
                    <Input aria-label={t('blockEn')} placeholder={t('blockEn')} maxLength={120} />
                  </Form.Item>
                  <Button type="text" aria-label={t('remove')} onClick={() => remove(row.name)}>
                    ✕
                  </Button>
                </div>
                <Form.Item name={[row.name, 'users']} noStyle>
                  <Input.TextArea aria-label={t('blockUsers')} placeholder={t('blockUsers')} rows={4} />
                </Form.Item>
                <label className="file">
                  <span>{t('blockFile', { n: usersOf(lists[i]?.users).length })}</span>
                  <input
                    type="file"
                    accept=".csv,.txt"
                    onChange={(e) => {
                      void take(row.name, e.currentTarget.files?.[0]);
                      e.currentTarget.value = '';
                    }}
                  />
                </label>
              </div>
            ))}
            <Button disabled={rows.length >= MOST} onClick={() => add({})}>
              {t('addBlock')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}
