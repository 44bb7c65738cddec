import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

const HOLD_MS = 700;

/** A button for what cannot be undone: it acts when it was held, by finger, mouse or key. */
export function Hold(props: { klass?: string; onHold: () => void; children: ComponentChildren }) {
  const timer = useRef(0);
  const [down, set] = useState(false);
  const begin = (): void => {
    if (timer.current) return;
    set(true);
    timer.current = window.setTimeout(() => {
      end();
      props.onHold();
    }, HOLD_MS);
  };
  const end = (): void => {
    clearTimeout(timer.current);
    timer.current = 0;
    set(false);
  };
  return (
    <button
      type="button"
      class={`hold ${down ? 'is-down' : ''} ${props.klass ?? ''}`}
      onPointerDown={begin}
      onPointerUp={end}
      onPointerLeave={end}
      onKeyDown={(e) => (e.key === 'Enter' || e.key === ' ') && begin()}
      onKeyUp={end}
      onBlur={end}
      onContextMenu={(e) => e.preventDefault()}
    >
      {props.children}
    </button>
  );
}
