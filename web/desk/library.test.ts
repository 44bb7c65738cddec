import { describe, expect, it } from 'vitest';
import type { Script } from './api.ts';
import { inOrder } from './library.ts';

describe('the script library', () => {
  const all: Script[] = [
    { id: 'other', text: 'b', item: 'sku2' },
    { id: 'shop', text: 'a' },
    { id: 'mine', text: 'c', item: 'sku1' },
    { id: 'mine2', text: 'd', item: 'sku1' },
  ];
  const ids = (item?: string): string =>
    inOrder(all, item)
      .map((s) => s.id)
      .join();

  it('lists what is of the product on show first, then the shop, then the rest', () => {
    expect(ids('sku1')).toBe('mine,mine2,shop,other');
    expect(ids('sku2')).toBe('other,shop,mine,mine2');
  });

  it('lists the shop first when nothing is on show', () => {
    expect(ids()).toBe('shop,other,mine,mine2');
  });
});
