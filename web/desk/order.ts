/** What an order needs of a row. */
interface Ranked {
  cluster: string;
  /** The server's: how many ask it, how lately, and who. */
  rank: number;
}

/**
 * The order of rows that people tap while numbers grow. A row keeps its place:
 * one moves up only when its rank is half as much again as that of the one above it,
 * and none moves while somebody's pointer is over the list.
 */
export class Order {
  private ids: string[] = [];
  private held = false;

  hold(on: boolean): void {
    this.held = on;
  }

  /** The rows in their order, at most `most`: who has a place keeps it, the best of the others fill what is free. */
  of<T extends Ranked>(rows: readonly T[], most = Number.POSITIVE_INFINITY): T[] {
    const by = new Map(rows.map((r) => [r.cluster, r]));
    const kept = this.ids.flatMap((id) => by.get(id) ?? []).slice(0, most);
    const have = new Set(kept.map((r) => r.cluster));
    const fresh = rows.filter((r) => !have.has(r.cluster)).sort((a, b) => b.rank - a.rank);
    while (kept.length < most && fresh.length > 0) kept.push(fresh.shift() as T);
    if (!this.held) {
      // With few places, one that is asked far more takes the last one's.
      const last = kept.at(-1);
      const best = fresh[0];
      if (last && best && clear(best, last)) kept[kept.length - 1] = best;
      for (let i = kept.length - 1; i > 0; i--) {
        const [above, row] = [kept[i - 1] as T, kept[i] as T];
        if (clear(row, above)) [kept[i - 1], kept[i]] = [row, above];
      }
    }
    this.ids = kept.map((r) => r.cluster);
    return kept;
  }
}

const clear = (a: Ranked, b: Ranked): boolean => a.rank > b.rank * 1.5;
