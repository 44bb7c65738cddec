/** @jsxImportSource react */
import { Alert, Button, Card, Grid, Progress, Space, Tag } from 'antd';
import { useState } from 'react';
import { done, type Facts, facts, keepPassed, ownRoom, passed, type Step, steps } from './progress.ts';
import { useLoad, useMay, useStudio, useWords } from './state.tsx';
import { BagStep, GoodsStep, LinkStep, RehearseStep, ShopStep, StaffStep, StreamStep } from './steps.tsx';

export interface StepProps {
  room: string;
  facts: Facts | undefined;
  /** Looks again, after something was done. */
  onDone: () => void;
  /** Says that it is done where the server does not know it. */
  pass: () => void;
}

const forms: Record<Step, (p: StepProps) => React.ReactNode> = {
  shop: ShopStep,
  stream: StreamStep,
  goods: GoodsStep,
  staff: StaffStep,
  bag: BagStep,
  rehearse: RehearseStep,
  link: LinkStep,
};

/** What each step asks for, beside being here. */
const needs: Partial<Record<Step, string>> = {
  shop: 'room.write',
  stream: 'desk.room',
  goods: 'desk.catalogue',
  staff: 'staff.write',
  bag: 'prize.write',
  rehearse: 'giveaway.write',
};

/** From nothing to one's own show: seven steps, each can be skipped and taken up again. */
export function Start() {
  const t = useWords();
  const may = useMay();
  const { api, shop, rooms, me } = useStudio();
  const room = ownRoom(rooms);
  const known = useLoad(
    () => (room ? facts(api, shop.id, room.id, me) : Promise.resolve(undefined)),
    [api, shop.id, room?.id, me],
    4_000,
  );
  const [over, setOver] = useState(() => passed(shop.id));
  const [at, turn] = useState<Step | undefined>(undefined);
  const ready = done(room, known.value);
  const put = (all: Set<string>): void => {
    setOver(all);
    keepPassed(shop.id, all);
  };
  const pass = (s: Step): void => {
    put(new Set(over).add(s));
    turn(undefined);
  };
  const left = steps.filter((s) => !ready.has(s) && !over.has(s));
  const here = at ?? left[0];
  const { md } = Grid.useBreakpoint();
  const row = (s: Step) => {
    const Form = forms[s];
    const state = ready.has(s) ? 'done' : over.has(s) ? 'skipped' : s === here ? 'now' : 'open';
    const need = needs[s];
    return (
      <li key={s} className={`step is-${state}`}>
        <button type="button" className="head" aria-expanded={s === here} onClick={() => turn(s === here ? undefined : s)}>
          <i aria-hidden="true">{state === 'done' ? '✓' : steps.indexOf(s) + 1}</i>
          <b>{t(`step_${s}`)}</b>
          {state === 'skipped' && <Tag>{t('skipped')}</Tag>}
          {state === 'done' && <Tag color="success">{t('stepDone')}</Tag>}
        </button>
        {s === here && (
          <div className="what">
            <p className="hint">{t(`stepHow_${s}`)}</p>
            {s !== 'shop' && !room ? (
              <Alert type="info" showIcon title={t('stepRoomFirst')} />
            ) : need && !may(need) ? (
              <Alert type="info" showIcon title={t('stepMayNot')} />
            ) : (
              <Form
                key={room?.id ?? ''}
                room={room?.id ?? ''}
                facts={known.value}
                onDone={() => {
                  turn(undefined);
                  known.again();
                }}
                pass={() => pass(s)}
              />
            )}
            {state !== 'done' && (
              <Button type="text" className="skip" onClick={() => pass(s)}>
                {t('skip')}
              </Button>
            )}
          </div>
        )}
      </li>
    );
  };
  // A phone shows the step that is on, and the others behind a line.
  const near = md === false && here ? [here] : steps;
  const rest = steps.filter((s) => !near.includes(s));
  return (
    <div className="start">
      <Card>
        <h2>{t(left.length === 0 ? 'startReady' : 'startTitle')}</h2>
        <p className="hint">{t(left.length === 0 ? 'startReadyHow' : 'startHow')}</p>
        <Progress
          percent={Math.round((100 * (steps.length - left.length)) / steps.length)}
          format={() => `${steps.length - left.length} / ${steps.length}`}
          aria-label={t('start')}
        />
        {room && left.length === 0 && (
          <Space wrap>
            <Button type="primary" size="large" href={`/desk/${room.id}`}>
              {t('openDesk')}
            </Button>
            <Button size="large" href={`/r/${room.id}`} target="_blank">
              {t('viewerPage')}
            </Button>
            {over.size > 0 && <Button onClick={() => put(new Set())}>{t('startAgain')}</Button>}
          </Space>
        )}
      </Card>
      <ol className="steps">{near.map(row)}</ol>
      {rest.length > 0 && (
        <details className="rest">
          <summary>{t('stepsRest', { n: rest.length })}</summary>
          <ol className="steps">{rest.map(row)}</ol>
        </details>
      )}
    </div>
  );
}
