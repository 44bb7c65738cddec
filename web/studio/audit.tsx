/** @jsxImportSource react */
import { Alert, Button, Empty, Grid, Table } from 'antd';
import { useState } from 'react';
import { acts, things } from '../words/studio.ts';
import type { Act, Page, Trail } from './api.ts';
import { when } from './format.ts';
import { useDo, useLoad, useStudio, useWords } from './state.tsx';

/** Who did what. The trail only grows, and whoever doubts that has it computed again. */
export function Audit() {
  const t = useWords();
  const { md } = Grid.useBreakpoint();
  const act = useDo();
  const { api, shop, language } = useStudio();
  const [after, page] = useState<string[]>([]);
  const list = useLoad(
    () => api.get<Page<Act>>('audit', { shop: shop.id, most: 50, after: after.at(-1) }),
    [api, shop.id, after],
    after.length === 0 ? 10_000 : 0,
  );
  const [trail, found] = useState<Trail | undefined>(undefined);
  const name = (book: Record<string, { zh: string; en: string }>, k: string): string => book[k]?.[language] ?? k;
  return (
    <>
      <div className="tools">
        <Button onClick={() => void act(async () => found(await api.get<Trail>('audit/check', { shop: shop.id })))}>
          {t('checkTrail')}
        </Button>
        {trail && (
          <Alert
            type={trail.broken ? 'error' : 'success'}
            showIcon
            title={trail.broken ? t('trailBroken', { n: trail.broken }) : t('trailWhole', { n: trail.rows })}
          />
        )}
      </div>
      <Table<Act>
        rowKey="n"
        size="small"
        loading={!list.value && !list.failed}
        dataSource={list.value?.items ?? []}
        {...(md && { scroll: { x: 640 } })}
        pagination={false}
        locale={{ emptyText: <Empty description={t('auditNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
        columns={[
          { title: t('when'), render: (_, a) => when(a.at, shop.zone, language) },
          { title: t('who'), render: (_, a) => <bdi>{a.by}</bdi> },
          {
            title: t('did'),
            render: (_, a) =>
              md ? (
                name(acts, a.act)
              ) : (
                // A phone has no room for columns of their own.
                <>
                  {name(acts, a.act)} · {name(things, a.what)}
                  <small className="which">
                    <bdi>{a.id}</bdi>
                  </small>
                </>
              ),
          },
          { title: t('what'), responsive: ['md'], render: (_, a) => name(things, a.what) },
          { title: t('which'), responsive: ['md'], render: (_, a) => <bdi>{a.id}</bdi> },
        ]}
      />
      <div className="tools">
        <Button disabled={after.length === 0} onClick={() => page(after.slice(0, -1))}>
          {t('newer')}
        </Button>
        <Button disabled={!list.value?.next} onClick={() => page([...after, list.value?.next ?? ''])}>
          {t('older')}
        </Button>
      </div>
    </>
  );
}
