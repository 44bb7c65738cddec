import type { JSX } from 'preact';

const icon = (d: string, more?: JSX.Element) => () => (
  <svg
    viewBox="0 0 24 24"
    width="22"
    height="22"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    stroke-width="1.9"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    <path d={d} />
    {more}
  </svg>
);

export const Gear = icon(
  'M4 7h10M18 7h2M4 17h2M10 17h10',
  <>
    <circle cx="16" cy="7" r="2.2" />
    <circle cx="8" cy="17" r="2.2" />
  </>,
);
export const Share = icon('M12 15V4m0 0L8 8m4-4 4 4M5 13v5a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-5');
export const Send = icon('M5 12h13M12 5l7 7-7 7');
export const Close = icon('M6 6l12 12M18 6L6 18');
export const Check = icon('M5 12.5l4.5 4.5L19 7.5');
export const Clock = icon('M12 7.5V12l3 2', <circle cx="12" cy="12" r="8.5" />);
export const Pin = icon('M9 4h6l-1 6 3 3H7l3-3-1-6zM12 13v7');
export const Eye = icon(
  'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z',
  <circle cx="12" cy="12" r="2.8" />,
);
export const Flying = icon('M4 7h9M4 12h13M4 17h7M17 7h3M20 12h0M15 17h5');

export const Heart = () => (
  <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true" fill="currentColor">
    <path d="M12 20.5S3 15 3 8.9C3 6 5.2 4 7.7 4 9.5 4 11.1 5 12 6.6 12.9 5 14.5 4 16.3 4 18.8 4 21 6 21 8.900 21 15 12 20.5 12 20.5z" />
  </svg>
);

/** The sign 福 as strokes, 48 units wide around the origin: no font needed. */
export const Fu = ({ x, y, scale, colour = '#b3261e' }: { x: number; y: number; scale: number; colour?: string }) => (
  <path
    transform={`translate(${x} ${y}) scale(${scale}) translate(-264 -453)`}
    d="M243 432l6 6M240 446h14l-9 16m4-6v18M264 432h24M266 440h20v10h-20zM264 456h24v20h-24zm12 0v20m-12-10h24"
    stroke={colour}
    stroke-width={scale > 0.7 ? 4 : 5}
    fill="none"
    stroke-linecap="round"
    stroke-linejoin="round"
  />
);

/** The lucky bag: cord, knot and a gold coin. */
export const Bag = ({ size = 40 }: { size?: number }) => (
  <svg class="bag-icon" viewBox="0 0 64 64" width={size} height={size} aria-hidden="true">
    <path d="M18 8c5 4 9 2 14 0 5 2 9 4 14 0 2 6-1 11-5 15H23c-4-4-7-9-5-15z" fill="#ff7a66" />
    <path d="M21 22C11 29 6 39 6 47c0 10 10 13 26 13s26-3 26-13c0-8-5-18-15-25z" fill="#e5383b" />
    <path d="M15 33c-4 6-5 11-4 16" stroke="#ff8d7c" stroke-width="3" fill="none" stroke-linecap="round" />
    <path d="M17 21.500h30" stroke="#ffc53d" stroke-width="5" stroke-linecap="round" />
    <path d="M40 23c3 3 4 6 3 9M45 22c4 2 6 5 6 8" stroke="#ffc53d" stroke-width="2.5" fill="none" stroke-linecap="round" />
    <circle cx="32" cy="43" r="11" fill="#ffc53d" />
    <circle cx="32" cy="43" r="8.300" fill="none" stroke="#e09a1a" stroke-width="1.500" />
    <Fu x={32} y={43} scale={0.27} />
  </svg>
);
