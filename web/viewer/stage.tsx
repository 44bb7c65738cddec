import { useEffect, useRef } from 'preact/hooks';
import { Danmaku } from './danmaku.ts';
import { flying, w } from './prefs.ts';
import { Scene } from './scene.tsx';
import { onFly, stream } from './store.ts';
import { Video } from './video.tsx';

/** The picture: the room's stream, or a drawn host where there is none; above it the flying comments. */
export function Stage() {
  return (
    <div class="stage">
      {stream.value ? (
        <Video url={stream.value} />
      ) : (
        <div class="scene" role="img" aria-label={w('stageAlt')}>
          <Scene />
        </div>
      )}
      <Overlay />
    </div>
  );
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
