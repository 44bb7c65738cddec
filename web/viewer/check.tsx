import { w } from './prefs.ts';
import { Sheet } from './sheet.tsx';

/** The way to check a draw oneself. */
export function CheckSheet({ onClose }: { onClose: () => void }) {
  return (
    <Sheet title={w('checkTitle')} onClose={onClose} klass="check">
      <p>{w('checkPlain')}</p>
      <p class="calm">{w('checkMissing')}</p>
    </Sheet>
  );
}
