import jsQR from 'jsqr';
import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { path } from './qr.tsx';

/** Paints the path that a page draws, eight pixels a module, as a camera would see it. */
function paint(d: string, size: number): Uint8ClampedArray {
  const side = size * 8;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const m of d.matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
    const [x, y, n] = [Number(m[1]), Number(m[2]), Number(m[3])];
    for (let py = y * 8; py < (y + 1) * 8; py++)
      for (let px = x * 8; px < (x + n) * 8; px++) pixels.fill(0, (py * side + px) * 4, (py * side + px) * 4 + 3);
  }
  return pixels;
}

describe('the QR code', () => {
  it.each(['http://192.168.1.20:8080/login#k=hxUfeIGYXA-fKsNo1AsT-tE13HIuojxlC4zupo3Nba4', 'https://live.example.com/login#k=a'])(
    'as it is drawn is read as %s',
    (text) => {
      const { data, size } = encode(text, { ecc: 'M', border: 4 });
      expect(jsQR(paint(path(data), size), size * 8, size * 8)?.data).toBe(text);
    },
  );
});
