import { describe, expect, it } from 'vitest';
import { money, sign } from './money.ts';

describe('money', () => {
  it('reads as people write, in the money it is', () => {
    expect([money(9_900), money(9_950), money(123_456_700), money(undefined), money(5_000_000, 'CNY')]).toEqual([
      '¥99',
      '¥99.50',
      '¥1,234,567',
      '¥0',
      '¥50,000',
    ]);
    expect([money(1_250, 'GBP'), money(500_000, 'USD'), money(5, 'EUR')]).toEqual(['£12.50', '$5,000', '€0.05']);
  });
  it('names a money it does not know, and is not led astray by one', () => {
    expect([money(100, 'XYZ'), money(100, 'constructor'), sign('')]).toEqual(['XYZ 1', 'con 1', '¥']);
  });
});
