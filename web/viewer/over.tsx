import { effect, signal } from '@preact/signals';
import { said } from '../words/index.ts';
import { language } from './prefs.ts';
import { isOffline, sheet, status, tell } from './store.ts';

const late = signal<typeof import('./late.tsx') | undefined>(undefined);
let coming = false;

/** A line that was lost is no reason to lose the sheet: the next tap asks again. */
function fetchLate(): void {
  if (coming) return;
  coming = true;
  void import('./late.tsx').then(
    (m) => {
      late.value = m;
    },
    () => {
      coming = false;
      if (sheet.value === '' || sheet.value === 'name') return;
      sheet.value = '';
      tell(said(language.value, 'offline').what);
    },
  );
}

// With the room, or with the first tap on what opens.
effect(() => {
  const asked = sheet.value !== '' && sheet.value !== 'name';
  if (late.value || isOffline.peek()) return;
  if (asked || status.value.is === 'live') fetchLate();
});

const close = (): void => {
  sheet.value = '';
};

/** Stands in the room where the organiser's record contradicts itself. */
export function Notice() {
  const all = late.value;
  return all ? <all.ForkNotice /> : null;
}

/** What is open over the room. */
export function Over() {
  const all = late.value;
  if (!all) return null;
  switch (sheet.value) {
    case 'bag':
      return <all.BagSheet onClose={close} />;
    case 'settings':
      return <all.Settings onClose={close} />;
    case 'mine':
      return <all.MyPrizes onClose={close} />;
    case 'check':
      return <all.CheckSheet onClose={close} />;
  }
  return null;
}
