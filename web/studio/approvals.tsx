/** @jsxImportSource react */
import { Button, Empty, Grid, Table } from 'antd';
import { useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Done, Giveaway, Page } from './api.ts';
import { Appeals } from './appeals.tsx';
import { Detail } from './detail.tsx';
import { when } from './format.ts';
import { useDo, useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';

/** What waits for somebody's word, and the word for many at once. */
export function Approvals() {
  const t = useWords();
  const { money } = useMoney();
  const may = useMay();
  const act = useDo();
  const { api, shop, rooms, me, language } = useStudio();
  const { md } = Grid.useBreakpoint();
  const list = useLoad(
    () => api.get<Page<Giveaway>>('giveaways', { shop: shop.id, state: 'draft', most: 200 }),
    [api, shop.id],
    5_000,
  );
  const [chosen, choose] = useState<string[]>([]);
  const [open, show] = useState<string | undefined>(undefined);
  const approve = async (): Promise<void> => {
    let done: Done[] = [];
    const ok = await act(async () => {
      done = (await api.post<Page<Done>>('approvals', { ids: chosen })).items;
      const failed = done.filter((d) => !d.ok);
      if (failed.length > 0) throw new Error(failed.map((d) => d.error?.message ?? d.id).join('; '));
    });
    choose(ok ? [] : done.filter((d) => !d.ok).map((d) => d.id));
    list.again();
  };
  return (
    <>
      <div className="tools">
        <p className="hint">{t(`policy_${shop.approval.mode}` as StudioWord, { worth: money(shop.approval.aboveFen ?? 0) })}</p>
        <span className="gap" />
        {may('giveaway.approve') && (
          <Button type="primary" disabled={chosen.length === 0} onClick={() => void approve()}>
            {t('approveMany', { n: chosen.length })}
          </Button>
        )}
      </div>
      {/* Not scroll={{ x }}: that repeats the heading out of sight, with a checkbox in it that the keyboard comes to. */}
      <div className="sideways">
        <Table<Giveaway>
          rowKey="id"
          loading={!list.value && !list.failed}
          dataSource={list.value?.items ?? []}
          style={md ? { minWidth: 800 } : {}}
          pagination={false}
          locale={{ emptyText: <Empty description={t('approvalsNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
          {...(may('giveaway.approve') && {
            rowSelection: {
              selectedRowKeys: chosen,
              onChange: (keys) => choose(keys.map(String)),
              getTitleCheckboxProps: () => ({ 'aria-label': t('chooseAll') }),
              getCheckboxProps: (g) => ({
                'aria-label': t('chooseOne', { title: g.draft.title || t('untitled') }),
                disabled: g.editor === me.user && shop.approval.mode !== 'none',
              }),
            },
          })}
          columns={[
            {
              title: t('name'),
              render: (_, g) => (
                <Button type="link" className="cell" onClick={() => show(g.id)}>
                  <bdi>{g.draft.title || t('untitled')}</bdi>
                </Button>
              ),
            },
            { title: t('room'), render: (_, g) => <bdi>{rooms.find((r) => r.id === g.room)?.title || g.room}</bdi> },
            { title: t('units'), align: 'right', responsive: ['md'], dataIndex: 'units' },
            { title: t('worth'), align: 'right', render: (_, g) => money(g.worthFen) },
            { title: t('writtenBy'), responsive: ['md'], render: (_, g) => <bdi>{g.editor}</bdi> },
            { title: t('changed'), responsive: ['md'], render: (_, g) => when(g.updated, shop.zone, language) },
            {
              title: t('note'),
              render: (_, g) => (g.rejected ? t('sentBack', { why: g.rejected }) : g.editor === me.user ? t('yourOwn') : ''),
            },
          ]}
        />
      </div>
      {may('appeal.read') && <Appeals />}
      {open && <Detail id={open} onClose={() => show(undefined)} onEdit={() => show(undefined)} onChange={list.again} />}
    </>
  );
}
