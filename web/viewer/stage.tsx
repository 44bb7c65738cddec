import { useEffect, useRef, useState } from 'preact/hooks';
import { Danmaku } from './danmaku.ts';
import { flying, w } from './prefs.ts';
import { Scene } from './scene.tsx';
import { onFly, stream, title } from './store.ts';
import { Video } from './video.tsx';

/** The picture: the room's stream, or a drawn host where there is none; above it the flying comments. */
export function Stage() {
  return (
    <div class="stage">
      {stream.value ? (
        <Video url={stream.value} />
      ) : (
        <div class="scene" role="img" aria-label={w('stageAlt')}>
          <Calmly />
        </div>
      )}
      <Overlay />
    </div>
  );
}

const CURTAIN_MS = 2_500;

/**
 * The drawn host comes on when the room is there to read: drawing it is most of
 * a cheap phone's work, and would stand before what one came for.
 */
function Calmly() {
  const [late, turn] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => turn(true), CURTAIN_MS);
    return () => clearTimeout(timer);
  }, []);
  const known = title.value !== '';
  const [up, raise] = useState(false);
  useEffect(() => {
    if (!known) return;
    // The frame that shows the room goes first.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => raise(true));
    });
    return () => cancelAnimationFrame(frame);
  }, [known]);
  return up || late ? <Scene /> : null;
}

function Overlay() {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const engine = useRef<Danmaku>(undefined);
  useEffect(() => {
    if (!canvas.current || !box.current) return;
    const d = new Danmaku(canvas.current);
    engine.current = d;
    (window as unknown as { fudaiFlying?: Danmaku }).fudaiFlying = d;
    const watch = new ResizeObserver(([e]) => e && d.resize(e.contentRect.width, e.contentRect.height));
    watch.observe(box.current);
    onFly((s) => d.push(s));
    return () => {
      watch.disconnect();
      d.stop();
    };
  }, []);
  const pref = flying.value;
  useEffect(() => engine.current?.set(pref), [pref]);
  return (
    <div ref={box} class="flying" aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}
