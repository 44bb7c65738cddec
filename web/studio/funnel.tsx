/** @jsxImportSource react */
import { useEffect, useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Funnel as Figures, Giveaway, Page, Vocabulary } from './api.ts';
import { Chart } from './chart.tsx';
import { conditionText } from './conditions.ts';
import { when } from './format.ts';
import { useLoad, useStudio, useWords } from './state.tsx';

interface Sample {
  at: number;
  online: number;
  entered: number;
}

const MOST = 600;
const running = new Set(['announced', 'open', 'closing', 'sealed']);

/** How far the viewers of a giveaway have come, why others did not enter, and how it went since this was opened. */
export function Funnel({ g }: { g: Giveaway }) {
  const t = useWords();
  const { api, shop, language } = useStudio();
  const live = running.has(g.state);
  const funnel = useLoad(() => api.get<Figures>(`giveaways/${g.id}/funnel`), [api, g.id, g.state], live ? 2_000 : 0);
  const vocabulary = useLoad(() => api.get<Page<Vocabulary>>('conditions'), [api]);
  const [samples, keep] = useState<Sample[]>([]);
  const f = funnel.value;
  useEffect(() => {
    if (!f || !live) return;
    keep((all) => [...all, { at: Math.round(Date.now() / 1000), online: f.online, entered: f.entered }].slice(-MOST));
  }, [f, live]);
  if (!f) return null;
  const steps = (
    [
      ['seen', f.seen],
      ['entered', f.entered],
      ['devices', f.devices],
      ['entrants', f.live.entrants],
      ['winners', f.live.winners],
      ['claimed', f.live.claimed],
    ] as [StudioWord, number][]
  ).filter(([name, n]) => n > 0 || name === 'seen' || name === 'entered');
  const most = Math.max(1, ...steps.map(([, n]) => n));
  const rules = vocabulary.value?.items ?? [];
  return (
    <section aria-label={t('funnel')}>
      <h2 className="small">{t('funnel')}</h2>
      <ol className="funnel">
        {steps.map(([name, n]) => (
          <li key={name}>
            <span>{t(name)}</span>
            <div aria-hidden="true">
              <i style={{ width: `${Math.max(n > 0 ? 1 : 0, (100 * n) / most)}%` }} />
            </div>
            <b>{n.toLocaleString('en-US')}</b>
          </li>
        ))}
      </ol>
      {f.asOf > 0 && <p className="hint">{t('funnelAsOf', { time: when(f.asOf, shop.zone, language), n: f.online })}</p>}
      {f.asked > 0 && f.qualified.length > 0 && (
        <>
          <h2 className="small">{t('byCondition')}</h2>
          <ol className="funnel">
            {f.qualified.map((q) => (
              <li key={q.condition}>
                <span>{q.rule ? conditionText(q.rule, rules, language, shop.currency) : ''}</span>
                <div aria-hidden="true">
                  <i style={{ width: `${Math.max(q.yes > 0 ? 1 : 0, (100 * q.yes) / f.asked)}%` }} />
                </div>
                <b title={t('conditionSplit', { no: q.no, unknown: q.unknown })}>{q.yes.toLocaleString('en-US')}</b>
              </li>
            ))}
          </ol>
          <p className="hint">{t('byConditionHint', { n: f.asked })}</p>
        </>
      )}
      {(f.out.length > 0 || f.known.length > 0) && (
        <>
          <h2 className="small">{t(f.out.length > 0 ? 'outBy' : 'ties')}</h2>
          <ul className="whynot">
            {f.out.map((o) => (
              <li key={o.code}>
                <span>
                  <bdi>{o[language]}</bdi>
                </span>
                <b>{o.n.toLocaleString('en-US')}</b>
              </li>
            ))}
            {f.known.map((k) => (
              <li key={k.tie}>
                <span>{t('tieKnown', { tie: t(`tie_${k.tie}`) })}</span>
                <b>{k.n.toLocaleString('en-US')}</b>
              </li>
            ))}
          </ul>
        </>
      )}
      {f.signs.measured > 0 && (
        <>
          <h2 className="small">{t('signs')}</h2>
          <ul className="whynot">
            <li>
              <span>{t('fastEntries')}</span>
              <b>{f.signs.fast.toLocaleString('en-US')}</b>
            </li>
          </ul>
          <p className="hint">{t('fastHint', { n: f.signs.measured })}</p>
        </>
      )}
      {f.refused.length > 0 && (
        <>
          <h2 className="small">{t('whyNot')}</h2>
          <ul className="whynot">
            {[...f.refused]
              .sort((a, b) => b.n - a.n)
              .map((r) => (
                <li key={`${r.reason}${r.condition}`}>
                  <span>
                    {t(`reason_${r.reason}` as StudioWord, {
                      rule: r.rule ? conditionText(r.rule, rules, language, shop.currency) : '',
                    })}
                  </span>
                  <b>{r.n.toLocaleString('en-US')}</b>
                </li>
              ))}
          </ul>
        </>
      )}
      {samples.length > 1 && (
        <Chart
          label={t('funnelChart')}
          at={samples.map((s) => s.at)}
          lines={[
            { label: t('entered'), colour: '--red', values: samples.map((s) => s.entered) },
            { label: t('online'), colour: '--blue', values: samples.map((s) => s.online) },
          ]}
          zone={shop.zone}
          language={language}
        />
      )}
    </section>
  );
}
