import type { Give, Item, Pin, Product, Result, Settings, Show, State } from './wire.ts';

/** A card is kept that long a list; a room has few. */
const GIVES = 50;

/** What a room is now: the join snapshot with the items since folded in. */
export class Model {
  title = '';
  show: Show = {};
  set: Settings = {};
  product: Product | undefined;
  pins: Pin[] = [];
  gives = new Map<string, Give>();
  results = new Map<string, Result>();
  likes = 0;
  online = 0;
  unique = 0;
  attrs = new Map<string, { ver: number; value?: unknown }>();

  load(s: State): void {
    this.title = s.title ?? '';
    this.show = s.show ?? {};
    this.set = s.set ?? {};
    this.product = s.product?.item === undefined ? undefined : s.product;
    this.pins = s.pins ?? [];
    this.gives = new Map((s.gives ?? []).map((g) => [g.event, g]));
    this.likes = s.likes ?? 0;
    this.online = s.online ?? 0;
    this.unique = s.unique ?? 0;
    this.attrs = new Map((s.attrs ?? []).map((a) => [a.name, { ver: a.ver }]));
  }

  /** Folds an item; comments and the like leave no trace here. */
  take(i: Item): void {
    switch (i.t) {
      case 'likes':
        this.likes = Math.max(this.likes, i.total);
        break;
      case 'online':
        this.online = i.n;
        this.unique = i.u ?? this.unique;
        break;
      case 'pin':
        this.pins = [...this.pins.filter((p) => p.pin !== i.pin), strip(i)];
        break;
      case 'unpin':
        this.pins = this.pins.filter((p) => p.pin !== i.pin);
        break;
      case 'product':
        this.product = i.item === undefined ? undefined : strip(i);
        break;
      case 'show':
        this.show = strip(i);
        if (i.title) this.title = i.title;
        break;
      case 'set':
        this.set = strip(i);
        break;
      case 'give':
        this.give(strip(i));
        break;
      case 'attr':
        this.attr(i.name, i.ver, i.value);
        break;
    }
  }

  /**
   * A giveaway's outcome. The word that the list is sealed comes on the same
   * lane, so that nobody misses it; it is no outcome yet. False if it was known:
   * another edge may tell again what the lost one had told.
   */
  outcome(r: Result): boolean {
    if (r.state !== 'sealed') {
      const known = this.results.get(r.event)?.state === r.state;
      this.results.set(r.event, r);
      return !known;
    }
    const g = this.gives.get(r.event);
    if (g && (g.state === 'open' || g.state === 'closing')) {
      const { epoch: _, ...rest } = g;
      this.give({ ...rest, state: 'sealed', ...(r.seal !== undefined && { seal: r.seal }) });
    }
    return !this.results.has(r.event);
  }

  private give(g: Give): void {
    this.gives.set(g.event, g);
    for (const old of this.gives.keys()) {
      if (this.gives.size <= GIVES) break;
      this.gives.delete(old);
    }
  }

  private attr(name: string, ver: number, value: unknown): void {
    const old = this.attrs.get(name);
    if (!old || old.ver < ver) this.attrs.set(name, { ver, value });
  }
}

function strip<T extends { t: string }>(i: T): Omit<T, 't'> {
  const { t: _, ...rest } = i;
  return rest;
}
