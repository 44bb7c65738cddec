/** @jsxImportSource react */
import { Button, Calendar, Empty, Grid, App as Notices, Segmented, Select, Table, Tag, Tooltip } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Done, Giveaway, GiveState, Page } from './api.ts';
import { Detail } from './detail.tsx';
import { Editor } from './editor.tsx';
import { day, opening, when } from './format.ts';
import { endOf, problem, said } from './say.ts';
import { useDo, useLoad, useMay, useMoney, useStudio, useWords } from './state.tsx';

export const colours: Record<GiveState, string> = {
  draft: 'default',
  approved: 'warning',
  scheduled: 'blue',
  refused: 'error',
  announced: 'geekblue',
  open: 'red',
  closing: 'volcano',
  sealed: 'purple',
  drawn: 'success',
  claiming: 'success',
  settled: 'success',
  cancelled: 'default',
  void: 'default',
};

export function State({ of }: { of: Giveaway }) {
  const t = useWords();
  const { language } = useStudio();
  const tag = of.untaken ? (
    <Tag color="warning">{t('untaken')}</Tag>
  ) : (
    <Tag color={colours[of.state]}>{t(`state_${of.state}` as StudioWord)}</Tag>
  );
  const why = of.untaken
    ? t('untakenWhy', { n: of.untaken.tries })
    : of.rejected || endOf(language, of) || of.problems?.map((p) => problem(language, p)).join(language === 'zh' ? '；' : '; ');
  return why ? <Tooltip title={why}>{tag}</Tooltip> : tag;
}

/** Everything planned, running and past, as a list or by day. */
export function Giveaways() {
  const t = useWords();
  const may = useMay();
  const { api, shop, rooms, language } = useStudio();
  const [view, look] = useState<'list' | 'calendar'>('list');
  const [room, setRoom] = useState<string | undefined>(undefined);
  const [state, setState] = useState<string | undefined>(undefined);
  const [open, show] = useState<string | undefined>(undefined);
  const [edit, write] = useState<Giveaway | 'new' | undefined>(undefined);
  const [chosen, choose] = useState<string[]>([]);
  const act = useDo();
  const { modal } = Notices.useApp();
  const list = useLoad(
    () => api.get<Page<Giveaway>>('giveaways', { shop: shop.id, room, state, most: 200 }),
    [api, shop.id, room, state],
    4_000,
  );
  const rows = list.value?.items ?? [];
  const schedule = async (): Promise<void> => {
    let done: Done[] = [];
    const ok = await act(async () => {
      done = (await api.post<Page<Done>>('schedules', { ids: chosen })).items;
    });
    const left = done.filter((d) => !d.ok);
    choose(ok ? left.map((d) => d.id) : chosen);
    list.again();
    if (left.length > 0)
      modal.warning({
        title: t('scheduleLeft', { n: left.length }),
        content: left.map((d) => (
          <p key={d.id}>
            <b>
              <bdi>{rows.find((g) => g.id === d.id)?.draft.title || d.id}</bdi>
            </b>
            <br />
            {said(language, d)}
          </p>
        )),
      });
  };
  return (
    <>
      <div className="tools">
        <Segmented
          value={view}
          onChange={look}
          options={[
            { value: 'list', label: t('list') },
            { value: 'calendar', label: t('calendar') },
          ]}
        />
        <Select
          allowClear
          aria-label={t('room')}
          placeholder={t('allRooms')}
          value={room ?? null}
          onChange={(v) => setRoom(v ?? undefined)}
          options={rooms.map((r) => ({ value: r.id, label: r.title || r.id }))}
          popupMatchSelectWidth={false}
        />
        <Select
          allowClear
          aria-label={t('state')}
          placeholder={t('allStates')}
          value={state ?? null}
          onChange={(v) => setState(v ?? undefined)}
          options={Object.keys(colours).map((s) => ({ value: s, label: t(`state_${s}` as StudioWord) }))}
          popupMatchSelectWidth={false}
        />
        <span className="gap" />
        {view === 'list' && may('giveaway.run') && chosen.length > 0 && (
          <Button onClick={() => void schedule()}>{t('scheduleMany', { n: chosen.length })}</Button>
        )}
        {may('giveaway.write') && (
          <Button type="primary" onClick={() => write('new')} disabled={rooms.length === 0}>
            {t('newGiveaway')}
          </Button>
        )}
      </div>
      {view === 'list' ? (
        <Rows rows={rows} loading={list.value === undefined && !list.failed} show={show} chosen={chosen} choose={choose} />
      ) : (
        <Month rows={rows} show={show} />
      )}
      {open && (
        <Detail
          id={open}
          onClose={() => show(undefined)}
          onEdit={(g) => {
            show(undefined);
            write(g);
          }}
          onChange={list.again}
        />
      )}
      {edit && (
        <Editor
          key={edit === 'new' ? 'new' : edit.id}
          of={edit === 'new' ? undefined : edit}
          onClose={() => write(undefined)}
          onSaved={(g) => {
            write(undefined);
            list.again();
            show(g.id);
          }}
        />
      )}
    </>
  );
}

interface RowsProps {
  rows: Giveaway[];
  loading: boolean;
  show: (id: string) => void;
  chosen: string[];
  choose: (ids: string[]) => void;
}

function Rows({ rows, loading, show, chosen, choose }: RowsProps) {
  const may = useMay();
  const t = useWords();
  const { money } = useMoney();
  const { shop, language, rooms } = useStudio();
  const { md } = Grid.useBreakpoint();
  const room = (id: string): string => rooms.find((r) => r.id === id)?.title || id;
  return (
    <Table<Giveaway>
      rowKey="id"
      loading={loading}
      dataSource={rows}
      {...(md && { scroll: { x: 900 } })}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      {...(may('giveaway.run') && {
        rowSelection: {
          selectedRowKeys: chosen,
          onChange: (keys) => choose(keys.map(String)),
          getTitleCheckboxProps: () => ({ 'aria-label': t('chooseAll') }),
          getCheckboxProps: (g) => ({
            'aria-label': t('chooseOne', { title: g.draft.title || t('untitled') }),
            disabled: g.state !== 'draft' && g.state !== 'approved',
          }),
        },
      })}
      locale={{ emptyText: <Empty description={t('giveawaysNone')} image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
      columns={[
        {
          title: t('name'),
          render: (_, g) => (
            <Button type="link" className="cell" onClick={() => show(g.id)}>
              <bdi>{g.draft.title || t('untitled')}</bdi>
            </Button>
          ),
        },
        { title: t('kind'), responsive: ['md'], render: (_, g) => t(`kind_${g.draft.kind}` as StudioWord) },
        { title: t('state'), render: (_, g) => <State of={g} /> },
        { title: t('room'), responsive: ['md'], render: (_, g) => <bdi>{room(g.room)}</bdi> },
        {
          title: t('opens'),
          render: (_, g) => {
            const at = opening(g, shop.zone);
            return at ? when(at, shop.zone, language) : t(`on_${g.draft.trigger.on}` as StudioWord);
          },
        },
        { title: t('units'), align: 'right', responsive: ['md'], render: (_, g) => g.units },
        { title: t('worth'), align: 'right', responsive: ['md'], render: (_, g) => money(g.worthFen) },
        { title: t('entrants'), align: 'right', render: (_, g) => g.live.entrants || '—' },
      ]}
    />
  );
}

function Month({ rows, show }: { rows: Giveaway[]; show: (id: string) => void }) {
  const t = useWords();
  const { shop, language } = useStudio();
  const by = new Map<string, Giveaway[]>();
  for (const g of rows) {
    const at = opening(g, shop.zone);
    if (!at) continue;
    const d = day(at, shop.zone);
    by.set(d, [...(by.get(d) ?? []), g]);
  }
  const time = (ms: number): string => when(ms, shop.zone, language).split(' ').at(-1)?.slice(0, 5) ?? '';
  return (
    <Calendar
      headerRender={({ value, onChange }) => (
        <div className="tools">
          <Button aria-label={t('earlier')} onClick={() => onChange(value.subtract(1, 'month'))}>
            ‹
          </Button>
          <b>{value.format('YYYY-MM')}</b>
          <Button aria-label={t('later')} onClick={() => onChange(value.add(1, 'month'))}>
            ›
          </Button>
        </div>
      )}
      cellRender={(date: Dayjs, { type }) =>
        type === 'date' ? (
          <ul className="day">
            {(by.get(date.format('YYYY-MM-DD')) ?? [])
              .sort((a, b) => (opening(a, shop.zone) ?? 0) - (opening(b, shop.zone) ?? 0))
              .map((g) => (
                <li key={g.id}>
                  <button type="button" className={`dot is-${g.state}`} onClick={() => show(g.id)}>
                    {time(opening(g, shop.zone) ?? 0)} <bdi>{g.draft.title}</bdi>
                  </button>
                </li>
              ))}
          </ul>
        ) : null
      }
    />
  );
}
