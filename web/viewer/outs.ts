import { line } from './clean.ts';
import { language, w } from './prefs.ts';

// Why an entry was not in the draw. The engine's own reasons have words here;
// the codes of a block list have those that the organiser gave them in the plan.

/** giveaway.ReasonCap, giveaway.ReasonCluster and giveaway.ReasonShopCap. */
const CAP = 1000;
const CLUSTER = 1001;
const SHOP = 1002;

/** What a code of the block list means, in the plan's words. */
export interface Named {
  code: number;
  zh?: string;
  en?: string;
}

/** A reason as it was found, with the plan's words for it. */
export interface Out {
  code: number;
  named?: Named;
}

function name(o: Out): string {
  const { zh = '', en = '' } = o.named ?? {};
  return line(language.value === 'zh' ? zh || en : en || zh);
}

/** To the one whom it is about. */
export function told(o: Out): string {
  if (o.code === CAP) return w('outCap');
  if (o.code === CLUSTER) return w('outCluster');
  if (o.code === SHOP) return w('outShop');
  const why = name(o);
  return why ? w('outNamed', { why }) : w('outBlock', { n: o.code });
}

/** To everybody, of so many. */
export function counted(o: Out, n: string): string {
  if (o.code === CAP) return w('outOf_cap', { n });
  if (o.code === CLUSTER) return w('outOf_cluster', { n });
  if (o.code === SHOP) return w('outOf_shop', { n });
  const why = name(o);
  return why ? w('outOf_named', { why, n }) : w('outOf_block', { code: o.code, n });
}
