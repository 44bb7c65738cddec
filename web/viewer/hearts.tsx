import { useEffect, useRef } from 'preact/hooks';
import { onHeart } from './store.ts';

const MOST = 14;
const colours = ['#ff4d6d', '#ff8fa3', '#ffc53d', '#ff7a45', '#ff5c8a'];
const shape =
  'M12 20.5S3 15 3 8.9C3 6 5.200 4 7.700 4 9.500 4 11.100 5 12 6.600 12.900 5 14.500 4 16.300 4 18.800 4 21 6 21 8.900 21 15 12 20.500 12 20.500z';

/** Hearts rise over the like button; never more than a few at once, whatever the count. */
export function Hearts() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const still = matchMedia('(prefers-reduced-motion: reduce)');
    const rise = (own: boolean): void => {
      const b = box.current;
      if (!b || still.matches || document.hidden || b.childElementCount >= MOST) return;
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      svg.setAttribute('viewBox', '0 0 24 24');
      path.setAttribute('d', shape);
      path.setAttribute('fill', colours[Math.floor(Math.random() * colours.length)] ?? '#ff4d6d');
      svg.append(path);
      b.append(svg);
      const x = (Math.random() - 0.5) * 56;
      const size = own ? 1.15 : 0.7 + Math.random() * 0.35;
      const run = svg.animate(
        [
          { transform: `translate(0,0) scale(${size * 0.3})`, opacity: 0 },
          { transform: `translate(${x * 0.3}px,-40px) scale(${size})`, opacity: 1, offset: 0.18 },
          { transform: `translate(${x}px,-130px) scale(${size * 0.95}) rotate(${x * 0.4}deg)`, opacity: 0.85, offset: 0.65 },
          { transform: `translate(${x * 0.6}px,-210px) scale(${size * 0.8}) rotate(${-x * 0.3}deg)`, opacity: 0 },
        ],
        { duration: 1_500 + Math.random() * 700, easing: 'cubic-bezier(.25,.6,.4,1)' },
      );
      run.onfinish = () => svg.remove();
      run.oncancel = () => svg.remove();
    };
    onHeart((n, own) => {
      const some = own ? 1 : Math.min(4, Math.ceil(n / 10));
      for (let i = 0; i < some; i++) setTimeout(() => rise(own), own ? 0 : Math.random() * 900);
    });
  }, []);
  return <div ref={box} class="hearts" aria-hidden="true" />;
}
