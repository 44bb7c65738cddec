const signs: Record<string, string> = { CNY: '¥', USD: '$', GBP: '£', EUR: '€' };

/** What stands before an amount: £. Without a currency it is yuan; of one this page does not know, its name. */
export const sign = (currency: string | undefined): string => {
  const c = currency || 'CNY';
  return Object.hasOwn(signs, c) ? (signs[c] as string) : `${c.slice(0, 3)} `;
};

/** Minor units (fen, cents, pence) as people read them, with decimals where there are any: 9900 → ¥99, 9950 in GBP → £99.50. */
export function money(minor: number | undefined, currency?: string): string {
  const n = minor ?? 0;
  return sign(currency) + (n / 100).toLocaleString('en-US', n % 100 === 0 ? {} : { minimumFractionDigits: 2 });
}
