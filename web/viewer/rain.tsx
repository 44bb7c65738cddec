import { computed, effect, signal } from '@preact/signals';
import { gives, results } from './store.ts';

const fall = signal<typeof import('./rainfall.tsx') | undefined>(undefined);
let coming = false;

/** The rain that falls, or the one that is announced. */
const rain = computed(() => {
  const all = [...gives.value.values()].filter((g) => g.kind === 'rain' && !results.value.has(g.event));
  return all.find((g) => g.state === 'open') ?? all.find((g) => g.state === 'announced');
});

// With the announcement: when it opens, seconds count. A line that was lost asks again with the next card.
effect(() => {
  if (!rain.value || coming) return;
  coming = true;
  import('./rainfall.tsx').then(
    (m) => {
      fall.value = m;
    },
    () => {
      coming = false;
    },
  );
});

/** A red-packet rain while it falls; all of it is fetched when one is announced. */
export function Rain() {
  const g = rain.value;
  const m = fall.value;
  return m && g?.state === 'open' ? <m.Rainfall key={g.event} g={g} /> : null;
}
