/** @jsxImportSource react */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Line {
  label: string;
  values: (number | null)[];
  /** One of the page's own colours, by its name in the style sheet. */
  colour: `--${string}`;
}

interface Props {
  /** What the picture shows, for who does not see it; the figures stand beside it as text. */
  label: string;
  /** Unix seconds, rising. */
  at: number[];
  lines: Line[];
  zone: string;
  language: string;
  /** One point a day, drawn as bars; else a line over minutes. */
  days?: boolean;
}

const HEIGHT = 220;

/** Figures over time. */
export function Chart({ label, at, lines, zone, language, days = false }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const shape = `${lines.map((l) => l.label).join()}${zone}${language}${days}`;
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const ink = (name: string): string => getComputedStyle(el).getPropertyValue(name).trim();
    const time = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
      timeZone: zone,
      ...(days
        ? { month: 'numeric', day: 'numeric' }
        : { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
    });
    const axis = { stroke: ink('--soft'), grid: { stroke: ink('--line'), width: 1 }, ticks: { show: false } };
    const bars = uPlot.paths.bars?.({ size: [0.6, 60] });
    plot.current = new uPlot(
      {
        width: el.clientWidth,
        height: HEIGHT,
        padding: [8, 32, 0, 0],
        cursor: { y: false },
        legend: { live: false },
        scales: { x: { time: true }, y: { range: (_, __, top) => [0, Math.max(4, top * 1.1)] } },
        axes: [
          {
            ...axis,
            space: days ? 60 : 90,
            ...(days && { incrs: [86_400, 7 * 86_400, 30 * 86_400] }),
            values: (_, all) => all.map((s) => time.format(s * 1000)),
          },
          { ...axis, size: 56, values: (_, all) => all.map((n) => (Number.isInteger(n) ? n.toLocaleString('en-US') : '')) },
        ],
        series: [
          {},
          ...lines.map((l) => ({
            label: l.label,
            stroke: ink(l.colour),
            width: 2,
            points: { show: days ? false : undefined } as uPlot.Series.Points,
            ...(days && bars && { paths: bars, fill: `${ink(l.colour)}55` }),
          })),
        ],
      },
      [at, ...lines.map((l) => l.values)],
      el,
    );
    const wide = new ResizeObserver(() => plot.current?.setSize({ width: el.clientWidth, height: HEIGHT }));
    wide.observe(el);
    return () => {
      wide.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => {
    plot.current?.setData([at, ...lines.map((l) => l.values)]);
  }, [at, lines]);
  return <div ref={box} className="chart" role="img" aria-label={label} />;
}
