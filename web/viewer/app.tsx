import { BagChip } from './bag.tsx';
import { Chat } from './chat.tsx';
import { Composer } from './composer.tsx';
import { Ended } from './ended.tsx';
import { Hearts } from './hearts.tsx';
import { Nickname } from './nickname.tsx';
import { Notice, Over } from './over.tsx';
import { w } from './prefs.ts';
import { ProductCard } from './product.tsx';
import { Rain } from './rain.tsx';
import { ResultCard } from './result.tsx';
import { Stage } from './stage.tsx';
import { announce, sheet, toast } from './store.ts';
import { Connection, Top } from './top.tsx';

export function App() {
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
          <Rain />
          <ResultCard />
          <Ended />
        </div>
        <div class="shop">
          <Notice />
          <ProductCard />
        </div>
        <div class="side">
          <Chat />
          <Composer />
        </div>
        <Hearts />
      </main>
      <Over />
      {sheet.value === 'name' && <Nickname />}
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
