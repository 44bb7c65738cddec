/** @jsxImportSource react */
import { Button, Empty, Grid, Input, Space, Table, Tag } from 'antd';
import { useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Appeal, Page } from './api.ts';
import { when } from './format.ts';
import { useDo, useLoad, useMay, useStudio, useWords } from './state.tsx';

/** What viewers say who were kept out, and the answer they read. */
export function Appeals() {
  const t = useWords();
  const { md } = Grid.useBreakpoint();
  const may = useMay();
  const { api, shop, language } = useStudio();
  const tiesOf = (a: Appeal): string => (a.ties ?? []).map((k) => t(`tie_${k}`)).join('、') || '—';
  const list = useLoad(() => api.get<Page<Appeal>>('appeals', { shop: shop.id, most: 100 }), [api, shop.id], 10_000);
  return (
    <section aria-labelledby="h-appeals">
      <h2 id="h-appeals" className="small">
        {t('appeals')}
      </h2>
      <Table<Appeal>
        size="small"
        rowKey="id"
        loading={!list.value && !list.failed}
        dataSource={list.value?.items ?? []}
        {...(md && { scroll: { x: 800 } })}
        pagination={{ pageSize: 10, hideOnSinglePage: true }}
        locale={{ emptyText: <Empty description={t('appealsNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
        columns={[
          { title: t('name'), render: (_, a) => <bdi>{a.title}</bdi> },
          { title: t('appealSays'), render: (_, a) => <bdi>{a.text}</bdi> },
          { title: t('appealFound'), render: (_, a) => t(found(a), { n: a.block ?? 0, ties: tiesOf(a) }) },
          { title: t('appealAt'), responsive: ['md'], render: (_, a) => when(a.created, shop.zone, language) },
          {
            title: t('state'),
            render: (_, a) =>
              a.state === 'open' && may('appeal.answer') ? (
                <Reply a={a} onDone={list.again} />
              ) : (
                <>
                  <Tag>{t(`step_appeal_${a.state}` as StudioWord)}</Tag>
                  <bdi>{a.answer}</bdi>
                </>
              ),
          },
        ]}
      />
    </section>
  );
}

/** The engine's own reasons (giveaway.ReasonCap and its like); smaller ones are of the plan's block list. */
const own: Record<number, StudioWord> = { 1000: 'appealCapped', 1001: 'appealClustered', 1002: 'appealShopCapped' };

function found(a: Appeal): StudioWord {
  if (a.block) return own[a.block] ?? 'appealBlocked';
  return a.entry ? 'appealRefused' : 'appealUnknown';
}

function Reply({ a, onDone }: { a: Appeal; onDone: () => void }) {
  const t = useWords();
  const act = useDo();
  const { api } = useStudio();
  const [reason, say] = useState('');
  const answer = async (accept: boolean): Promise<void> => {
    if (await act(() => api.post(`appeals/${a.id}/answer`, { accept, reason }))) onDone();
  };
  return (
    <Space wrap>
      <Input
        aria-label={t('appealReason')}
        placeholder={t('appealReason')}
        value={reason}
        maxLength={150}
        onChange={(e) => say(e.target.value)}
      />
      <Button type="primary" disabled={!reason.trim()} onClick={() => void answer(true)}>
        {t('appealAccept')}
      </Button>
      <Button disabled={!reason.trim()} onClick={() => void answer(false)}>
        {t('appealRefuse')}
      </Button>
    </Space>
  );
}
