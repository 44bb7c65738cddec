/** @jsxImportSource react */
import { Button, Empty, Grid, Statistic, Table } from 'antd';
import { useState } from 'react';
import type { Giveaway, Page } from './api.ts';
import { Detail } from './detail.tsx';
import { when } from './format.ts';
import { State } from './giveaways.tsx';
import { OverTime } from './over.tsx';
import { useLoad, useMoney, useStudio, useWords } from './state.tsx';

const over = 'drawn,claiming,settled,cancelled,void';

/** What came of the giveaways: in figures, each with its proof, and as a table for a spreadsheet. */
export function Results() {
  const t = useWords();
  const { money } = useMoney();
  const { api, shop, rooms, language } = useStudio();
  const { md } = Grid.useBreakpoint();
  const [open, show] = useState<string | undefined>(undefined);
  const list = useLoad(
    () => api.get<Page<Giveaway>>('giveaways', { shop: shop.id, state: over, most: 200 }),
    [api, shop.id],
    8_000,
  );
  const rows = list.value?.items ?? [];
  const sum = (f: (g: Giveaway) => number): number => rows.reduce((n, g) => n + f(g), 0);
  return (
    <>
      <div className="figures">
        <Statistic title={t('held')} value={rows.filter((g) => g.live.winners > 0).length} />
        <Statistic title={t('entrants')} value={sum((g) => g.live.entrants)} />
        <Statistic title={t('winners')} value={sum((g) => g.live.winners)} />
        <Statistic title={t('claimed')} value={sum((g) => g.live.claimed)} suffix={`/ ${sum((g) => g.live.granted)}`} />
        <Statistic title={t('returned')} value={sum((g) => g.live.returned)} />
      </div>
      <OverTime rows={rows} />
      <div className="tools">
        <span className="gap" />
        <Button disabled={rows.length === 0} onClick={() => save(rows, t)}>
          {t('saveTable')}
        </Button>
      </div>
      <Table<Giveaway>
        rowKey="id"
        loading={!list.value && !list.failed}
        dataSource={rows}
        {...(md && { scroll: { x: 900 } })}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        locale={{ emptyText: <Empty description={t('resultsNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
        columns={[
          {
            title: t('name'),
            render: (_, g) => (
              <Button type="link" className="cell" onClick={() => show(g.id)}>
                <bdi>{g.draft.title}</bdi>
              </Button>
            ),
          },
          { title: t('state'), responsive: ['md'], render: (_, g) => <State of={g} /> },
          {
            title: t('room'),
            responsive: ['md'],
            render: (_, g) => <bdi>{rooms.find((r) => r.id === g.room)?.title || g.room}</bdi>,
          },
          { title: t('draws'), responsive: ['md'], render: (_, g) => when(g.drawAt, shop.zone, language) },
          { title: t('entrants'), align: 'right', render: (_, g) => g.live.entrants },
          { title: t('winners'), align: 'right', render: (_, g) => g.live.winners },
          { title: t('claimed'), align: 'right', render: (_, g) => `${g.live.claimed}/${g.live.granted}` },
          { title: t('worth'), align: 'right', responsive: ['md'], render: (_, g) => money(g.worthFen) },
        ]}
      />
      {open && <Detail id={open} onClose={() => show(undefined)} onEdit={() => show(undefined)} onChange={list.again} />}
    </>
  );
}

/** A cell of a table that a spreadsheet opens: quoted, and never a formula. */
export function cell(v: string | number): string {
  const s = String(v);
  return `"${(/^[=+\-@\t\r]/.test(s) && typeof v === 'string' ? `'${s}` : s).replaceAll('"', '""')}"`;
}

function save(rows: Giveaway[], t: ReturnType<typeof useWords>): void {
  const head = [
    t('name'),
    t('state'),
    t('room'),
    t('entrants'),
    t('excluded'),
    t('winners'),
    t('claimed'),
    t('returned'),
    t('worth'),
    t('currency'),
  ];
  const lines = rows.map((g) => [
    g.draft.title,
    t(`state_${g.state}`),
    g.room,
    g.live.entrants,
    g.live.excluded,
    g.live.winners,
    g.live.claimed,
    g.live.returned,
    g.worthFen / 100,
    g.currency ?? 'CNY',
  ]);
  // The mark in front makes spreadsheets read it as UTF-8.
  const text = `\ufeff${[head, ...lines].map((l) => l.map(cell).join(',')).join('\r\n')}\r\n`;
  const a = document.createElement('a');
  a.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  a.download = 'giveaways.csv';
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}
