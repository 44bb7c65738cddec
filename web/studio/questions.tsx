/** @jsxImportSource react */
import { Button, Checkbox, Form, Input } from 'antd';
import type { Question } from './api.ts';
import { useWords } from './state.tsx';

/** A question as the form holds it: the options as they are typed. */
export interface Written {
  id?: string;
  title?: string;
  options?: string;
  optional?: boolean;
}

const MOST = 10;

export const asked = (fields: readonly Question[] | undefined): Written[] =>
  (fields ?? []).map(({ options, ...f }) => ({ ...f, ...(options && { options: options.join('、') }) }));

/** What was typed as the server keeps it: ids stay, a new question gets a free one, what has no title is none. */
export function toQuestions(list: readonly Written[]): Question[] {
  const taken = new Set(list.map((f) => f?.id).filter(Boolean));
  let n = 0;
  const free = (): string => {
    do n++;
    while (taken.has(`q${n}`));
    return `q${n}`;
  };
  return list
    .filter((f) => f?.title?.trim())
    .map((f) => {
      const options = [...new Set((f.options ?? '').split(/[、,，;；\n]+/).map((o) => o.trim()))].filter(Boolean);
      return {
        id: f.id || free(),
        title: f.title?.trim() ?? '',
        ...(options.length > 0 && { options }),
        ...(f.optional && { optional: true }),
      };
    });
}

/** What winners of a prize are asked beside where to send it: a size, a colour, an account. */
export function Questions() {
  const t = useWords();
  return (
    <Form.Item label={t('questions')} extra={t('questionsHow')}>
      <Form.List name="questions">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div key={row.key} className="line">
                <Form.Item name={[row.name, 'title']} noStyle rules={[{ required: true, message: t('needed') }]}>
                  <Input className="grow" aria-label={t('question')} placeholder={t('questionSuch')} maxLength={30} />
                </Form.Item>
                <Form.Item name={[row.name, 'options']} noStyle>
                  <Input className="grow" aria-label={t('answers')} placeholder={t('answersSuch')} maxLength={300} />
                </Form.Item>
                <Form.Item name={[row.name, 'optional']} valuePropName="checked" noStyle>
                  <Checkbox>{t('mayLeave')}</Checkbox>
                </Form.Item>
                <Button type="text" aria-label={t('remove')} onClick={() => remove(row.name)}>
                  ✕
                </Button>
              </div>
            ))}
            {rows.length < MOST && <Button onClick={() => add({})}>{t('addQuestion')}</Button>}
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}
