import { BagChip, BagSheet } from './bag.tsx';
import { Chat } from './chat.tsx';
import { CheckSheet } from './check.tsx';
import { Composer } from './composer.tsx';
import { Ended } from './ended.tsx';
import { Hearts } from './hearts.tsx';
import { MyPrizes } from './mine.tsx';
import { Nickname } from './nickname.tsx';
import { w } from './prefs.ts';
import { ProductCard } from './product.tsx';
import { ResultCard } from './result.tsx';
import { Settings } from './settings.tsx';
import { Stage } from './stage.tsx';
import { announce, sheet, toast } from './store.ts';
import { Connection, Top } from './top.tsx';

export function App() {
  const close = (): void => {
    sheet.value = '';
  };
  return (
    <>
      <a class="skip" href="#say">
        {w('skip')}
      </a>
      <main class="room">
        <Stage />
        <Top />
        <div class="over">
          <BagChip />
          <Connection />
          <ResultCard />
          <Ended />
        </div>
        <div class="shop">
          <ProductCard />
        </div>
        <div class="side">
          <Chat />
          <Composer />
        </div>
        <Hearts />
      </main>
      {sheet.value === 'bag' && <BagSheet onClose={close} />}
      {sheet.value === 'settings' && <Settings onClose={close} />}
      {sheet.value === 'name' && <Nickname />}
      {sheet.value === 'mine' && <MyPrizes onClose={close} />}
      {sheet.value === 'check' && <CheckSheet onClose={close} />}
      <div class="sr" role="status" aria-live="polite">
        {announce.value}
      </div>
      {toast.value && (
        <div class="toast" aria-hidden="true" key={toast.value.key}>
          {toast.value.text}
        </div>
      )}
    </>
  );
}
