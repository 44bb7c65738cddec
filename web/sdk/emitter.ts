/** Typed events. A listener that throws does not keep the others from hearing. */
export class Emitter<Events> {
  private readonly all = new Map<keyof Events, Set<(e: never) => void>>();

  on<K extends keyof Events>(name: K, hear: (e: Events[K]) => void): () => void {
    const set = this.all.get(name) ?? new Set();
    this.all.set(name, set);
    set.add(hear as (e: never) => void);
    return () => void set.delete(hear as (e: never) => void);
  }

  protected emit<K extends keyof Events>(name: K, e: Events[K]): void {
    for (const hear of this.all.get(name) ?? []) {
      try {
        (hear as (e: Events[K]) => void)(e);
      } catch (err) {
        queueMicrotask(() => {
          throw err;
        });
      }
    }
  }
}
