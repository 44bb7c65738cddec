import { useEffect, useRef, useState } from 'preact/hooks';
import { w } from './prefs.ts';

const AGAIN_MS = 5_000;

/** The room's picture. The player for HLS is loaded only when a browser cannot play it by itself. */
export function Video({ url }: { url: string }) {
  const ref = useRef<HTMLVideoElement>(null);
  const [state, set] = useState<'' | 'tap' | 'failed'>('');
  useEffect(() => {
    const v = ref.current;
    if (!v) return;
    let stop = (): void => undefined;
    let gone = false;
    // Only a browser that wants a touch first asks for one; a stream that cannot be played says so.
    const play = (): void =>
      void v.play().catch((e: unknown) => !gone && e instanceof DOMException && e.name === 'NotAllowedError' && set('tap'));
    const plain = (): void => {
      v.src = url;
      play();
    };
    set('');
    if (!/\.m3u8(\?|$)/.test(url) || v.canPlayType('application/vnd.apple.mpegurl')) plain();
    else
      void import('hls.js/light').then(({ default: Hls }) => {
        if (gone) return;
        if (!Hls.isSupported()) return plain();
        let again = 0;
        const hls = new Hls({ enableWorker: false, liveSyncDurationCount: 2, lowLatencyMode: true });
        hls.on(Hls.Events.ERROR, (_, e) => {
          if (!e.fatal) return;
          // Without its list of pieces the player does nothing more by itself: a stream that is not there yet is asked for again.
          if (/^manifest/.test(e.details)) {
            set('failed');
            again = window.setTimeout(() => hls.loadSource(url), AGAIN_MS);
          } else if (e.type === Hls.ErrorTypes.NETWORK_ERROR) hls.startLoad();
          else if (e.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
          else set('failed');
        });
        hls.loadSource(url);
        hls.attachMedia(v);
        play();
        stop = () => {
          clearTimeout(again);
          hls.destroy();
        };
      });
    return () => {
      gone = true;
      stop();
      v.removeAttribute('src');
      v.load();
    };
  }, [url]);
  return (
    <>
      <video ref={ref} class="video" playsInline muted autoPlay onError={() => set('failed')} onPlaying={() => set('')} />
      {state === 'tap' && (
        <button type="button" class="video-note" onClick={() => void ref.current?.play()}>
          {w('videoPlay')}
        </button>
      )}
      {state === 'failed' && (
        <p class="video-note" role="status">
          {w('videoFailed')}
        </p>
      )}
    </>
  );
}
