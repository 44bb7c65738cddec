import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Close } from './icons.tsx';
import { w } from './prefs.ts';

/** A sheet from below on a phone, a card in the middle on a desktop. The platform's dialog keeps focus and Escape. */
export function Sheet(props: { title: string; onClose: () => void; children: ComponentChildren; klass?: string }) {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const d = ref.current;
    const before = document.activeElement;
    if (d && !d.open) d.showModal();
    return () => {
      d?.close();
      // The dialog is gone from the page by now: it cannot give the focus back itself.
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={`sheet ${props.klass ?? ''}`}
      aria-labelledby="sheet-title"
      onCancel={(e) => {
        e.preventDefault();
        props.onClose();
      }}
      onClick={(e) => e.target === ref.current && props.onClose()}
    >
      <div class="sheet-body">
        <header class="sheet-head">
          <h2 id="sheet-title">{props.title}</h2>
          <button type="button" class="round plain" aria-label={w('close')} onClick={props.onClose}>
            <Close />
          </button>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}
