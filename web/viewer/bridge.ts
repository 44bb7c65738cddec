import type { Need } from '@fudai/sdk';

// The page around the room: an app's WebView, a site's frame, or nobody.

/** What an app may put on `window.fudaiApp` before the page loads. */
export interface App {
  token?: (why: 'start' | 'expired') => Promise<string | undefined> | string | undefined;
  need?: (need: Need, data?: unknown) => boolean | undefined;
}

declare global {
  interface Window {
    fudaiApp?: App;
  }
}

/** True if somebody around takes it: then the page does nothing itself. */
export function raise(need: Need, data?: unknown): boolean {
  const taken = window.fudaiApp?.need?.(need, data);
  if (window.fudaiApp?.need) return taken !== false;
  if (window.parent !== window) {
    window.parent.postMessage({ fudai: need, data }, '*');
    return need === 'login' || need === 'openPrize';
  }
  return false;
}

/** A token that the frame around hands over, at the start or after `login`. */
export function onToken(hear: (token: string) => void): void {
  window.addEventListener('message', (e) => {
    if (e.source !== window.parent || window.parent === window) return;
    const d = e.data as { fudai?: unknown; token?: unknown } | null;
    if (d?.fudai === 'token' && typeof d.token === 'string') hear(d.token);
  });
}
