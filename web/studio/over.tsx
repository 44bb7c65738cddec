/** @jsxImportSource react */
import { Card, Segmented } from 'antd';
import { useState } from 'react';
import type { Giveaway } from './api.ts';
import { Chart } from './chart.tsx';
import { day } from './format.ts';
import { useMoney, useStudio, useWords } from './state.tsx';

const looks = ['people', 'prizes', 'money'] as const;

export interface Day {
  /** Midnight of the day in Unix seconds, as a calendar counts it. */
  at: number;
  entrants: number;
  winners: number;
  claimed: number;
  granted: number;
  worth: number;
}

/** What came of the giveaways by the day they were drawn, in the shop's zone. */
export function byDay(rows: readonly Giveaway[], zone: string): Day[] {
  const days = new Map<number, Day>();
  for (const g of rows) {
    const when = g.drawAt || g.closeAt;
    if (!when || g.live.winners === 0) continue;
    const at = Date.parse(`${day(when, zone)}T00:00:00Z`) / 1000;
    const d = days.get(at) ?? { at, entrants: 0, winners: 0, claimed: 0, granted: 0, worth: 0 };
    d.entrants += g.live.entrants;
    d.winners += g.live.winners;
    d.claimed += g.live.claimed;
    d.granted += g.live.granted;
    d.worth += g.worthFen / 100;
    days.set(at, d);
  }
  return [...days.values()].sort((a, b) => a.at - b.at);
}

/** Results over time. */
export function OverTime({ rows }: { rows: readonly Giveaway[] }) {
  const t = useWords();
  const { shop, language } = useStudio();
  const { sign } = useMoney();
  const [look, turn] = useState<(typeof looks)[number]>('people');
  const days = byDay(rows, shop.zone);
  if (days.length === 0) return null;
  const lines = {
    people: [{ label: t('entrants'), colour: '--red' as const, values: days.map((d) => d.entrants) }],
    prizes: [
      { label: t('granted'), colour: '--blue' as const, values: days.map((d) => d.granted) },
      { label: t('claimed'), colour: '--red' as const, values: days.map((d) => d.claimed) },
    ],
    money: [{ label: t('worthIn', { sign: sign.trim() }), colour: '--red' as const, values: days.map((d) => d.worth) }],
  }[look];
  return (
    <Card
      size="small"
      title={t('overTime')}
      extra={
        <Segmented
          value={look}
          onChange={turn}
          options={[
            { value: 'people', label: t('entrants') },
            { value: 'prizes', label: t('prizes') },
            { value: 'money', label: t('worth') },
          ]}
        />
      }
    >
      <Chart label={t('overTime')} at={days.map((d) => d.at)} lines={lines} zone="UTC" language={language} days />
    </Card>
  );
}
