import type { SocketLike } from '@fudai/sdk';

/**
 * The connection that index.html opens before this script is there: on a slow
 * line the room's state comes down beside the script instead of after it.
 */
interface Early {
  socket: WebSocket;
  protocols: string[];
  heard: unknown[];
}

declare global {
  interface Window {
    fudaiEarly?: Early | undefined;
  }
}

/** Opens a socket; the first time the one that is already under way, if it goes to the same place as the same person. */
export function openSocket(url: string, protocols: string[]): SocketLike {
  const early = window.fudaiEarly;
  window.fudaiEarly = undefined;
  if (early?.socket.url === url && early.protocols.join() === protocols.join() && early.socket.readyState <= WebSocket.OPEN) {
    const s = early.socket as unknown as SocketLike;
    // What it heard already is told first, as soon as somebody listens: nothing else can come between.
    queueMicrotask(() => {
      if (s.readyState === WebSocket.OPEN) s.onopen?.();
      for (const data of early.heard) s.onmessage?.({ data });
    });
    return s;
  }
  early?.socket.close();
  return new WebSocket(url, protocols) as unknown as SocketLike;
}
