import type { Area, Density, Flying } from './prefs.ts';

// Flying comments on one canvas. Each comment is drawn once into a picture of
// its own and then only moved; lanes give each other way, so that nothing
// overlaps. What finds no lane within two seconds is left to the list beside.

export type Kind = 'normal' | 'own' | 'host' | 'agg' | 'question' | 'buyer';

export interface Shot {
  text: string;
  kind: Kind;
  /** The same key again changes the picture of the one that is flying. */
  key?: string;
}

interface Sprite {
  shot: Shot;
  picture: HTMLCanvasElement;
  width: number;
  lane: number;
  born: number;
  speed: number;
}

interface Queued {
  shot: Shot;
  at: number;
}

const QUEUE = 80;
const PATIENCE_MS = 2_000;
const perSecond: Record<Density, number> = { few: 6, normal: 18, all: Number.POSITIVE_INFINITY };
const share: Record<Area, number> = { top: 0.27, half: 0.5, full: 1 };
const colours: Record<Kind, string> = {
  normal: '#ffffff',
  own: '#ffe08a',
  host: '#ffffff',
  agg: '#ffd76a',
  question: '#b9e6ff',
  buyer: '#ffd9b8',
};

export class Danmaku {
  private readonly pen: CanvasRenderingContext2D;
  private sprites: Sprite[] = [];
  private queue: Queued[] = [];
  private lanes: { clear: number; speed: number }[] = [];
  private spare: HTMLCanvasElement[] = [];
  private width = 0;
  private height = 0;
  private ratio = 1;
  private size = 18;
  private frame = 0;
  private allowance = 10;
  private allowedAt = 0;
  private pref: Flying = { on: true, density: 'normal', area: 'top', opacity: 0.9 };
  /** Left to the list: for the curious and for tests. */
  skipped = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    const pen = canvas.getContext('2d');
    if (!pen) throw new Error('no canvas here');
    this.pen = pen;
  }

  set(pref: Flying): void {
    this.pref = pref;
    this.canvas.style.opacity = String(pref.opacity);
    if (!pref.on) this.clear();
    this.layout();
  }

  resize(width: number, height: number): void {
    // More than two device pixels a point costs fill rate and shows nothing.
    this.ratio = Math.min(2, devicePixelRatio || 1);
    this.width = width;
    this.height = height;
    this.size = width < 600 ? 16 : 21;
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
    this.spare = [];
    this.layout();
    for (const s of this.sprites) this.paint(s);
  }

  push(shot: Shot): void {
    if (!this.pref.on || document.hidden || this.width === 0) return;
    const now = performance.now();
    if (shot.key !== undefined) {
      const old = this.sprites.find((s) => s.shot.key === shot.key);
      if (old) {
        old.shot = shot;
        this.paint(old);
        return;
      }
      const waiting = this.queue.find((q) => q.shot.key === shot.key);
      if (waiting) {
        waiting.shot = shot;
        return;
      }
    }
    if (shot.kind === 'own' || shot.kind === 'host') this.queue.unshift({ shot, at: now });
    else if (this.admit(now)) this.queue.push({ shot, at: now });
    else this.skipped++;
    if (this.queue.length > QUEUE) {
      this.queue.splice(this.queue.length - 2, 1);
      this.skipped++;
    }
    this.frame ||= requestAnimationFrame(this.step);
  }

  clear(): void {
    this.sprites = [];
    this.queue = [];
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  get flyingNow(): number {
    return this.sprites.length;
  }

  private get laneHeight(): number {
    return Math.round(this.size * 1.7);
  }

  private layout(): void {
    // Below the upper band is the host's face: few lanes leave it free, on a short screen two.
    const most = this.pref.area === 'top' ? (innerHeight < 700 ? 2 : 4) : Number.POSITIVE_INFINITY;
    const n = Math.min(most, Math.max(1, Math.floor((this.height * share[this.pref.area]) / this.laneHeight)));
    while (this.lanes.length < n) {
      // Each lane has a pace of its own: a wall of equal speed reads like a table.
      const pace = 0.9 + ((this.lanes.length * 7) % 5) * 0.055;
      this.lanes.push({ clear: 0, speed: pace });
    }
    this.lanes.length = n;
    this.sprites = this.sprites.filter((s) => s.lane < n);
  }

  private admit(now: number): boolean {
    const rate = perSecond[this.pref.density];
    if (rate === Number.POSITIVE_INFINITY) return true;
    this.allowance = Math.min(rate, this.allowance + ((now - this.allowedAt) / 1000) * rate);
    this.allowedAt = now;
    if (this.allowance < 1) return false;
    this.allowance--;
    return true;
  }

  private readonly step = (now: number): void => {
    this.launch(now);
    const { pen, ratio } = this;
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    let kept = 0;
    for (const s of this.sprites) {
      const x = this.width - (s.speed * (now - s.born)) / 1000;
      if (x + s.width < 0) {
        if (this.spare.length < 24) this.spare.push(s.picture);
        continue;
      }
      pen.drawImage(s.picture, Math.round(x * ratio), s.lane * this.laneHeight * ratio);
      this.sprites[kept++] = s;
    }
    this.sprites.length = kept;
    this.frame = kept > 0 || this.queue.length > 0 ? requestAnimationFrame(this.step) : 0;
  };

  private launch(now: number): void {
    // A few a frame: drawing the pictures of a burst at once would be a long task.
    for (let n = 0; n < 3; n++) {
      const next = this.queue[0];
      if (!next) return;
      const lane = this.free(now);
      if (lane < 0) break;
      this.queue.shift();
      this.fly(next.shot, lane, now);
    }
    const late = this.queue.findIndex((q) => now - q.at <= PATIENCE_MS || q.shot.kind === 'own');
    const drop = late < 0 ? this.queue.length : late;
    this.queue.splice(0, drop);
    this.skipped += drop;
  }

  private free(now: number): number {
    for (let i = 0; i < this.lanes.length; i++) if ((this.lanes[i]?.clear ?? 0) <= now) return i;
    return -1;
  }

  private fly(shot: Shot, lane: number, now: number): void {
    const l = this.lanes[lane];
    if (!l) return;
    const speed = (this.width / (this.width < 600 ? 5.2 : 9.5)) * l.speed;
    const picture = this.spare.pop() ?? document.createElement('canvas');
    const s: Sprite = { shot, picture, width: 0, lane, born: now, speed };
    this.paint(s);
    l.clear = now + ((s.width + this.size * 1.4) / speed) * 1000;
    this.sprites.push(s);
  }

  private paint(s: Sprite): void {
    const pen = s.picture.getContext('2d');
    if (!pen) return;
    const { size, ratio, laneHeight } = this;
    const boxed = s.shot.kind === 'own' || s.shot.kind === 'host' || s.shot.kind === 'agg';
    const font = `${boxed ? 600 : 500} ${size}px system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif`;
    pen.font = font;
    const pad = boxed ? 11 : 3;
    s.width = Math.ceil(pen.measureText(s.shot.text).width) + pad * 2;
    s.picture.width = Math.ceil(s.width * ratio);
    s.picture.height = Math.ceil(laneHeight * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = font;
    pen.textBaseline = 'middle';
    const middle = laneHeight / 2;
    if (boxed) {
      pen.fillStyle = s.shot.kind === 'own' ? 'rgba(90,40,10,.72)' : 'rgba(184,24,36,.8)';
      pen.beginPath();
      pen.roundRect(1, middle - size * 0.78, s.width - 2, size * 1.56, size);
      pen.fill();
      if (s.shot.kind === 'own') {
        pen.strokeStyle = 'rgba(255,214,102,.9)';
        pen.lineWidth = 1.2;
        pen.stroke();
      }
    } else {
      pen.lineJoin = 'round';
      pen.lineWidth = 2.6;
      pen.strokeStyle = 'rgba(52,10,24,.72)';
      pen.strokeText(s.shot.text, pad, middle + 0.5);
    }
    pen.fillStyle = colours[s.shot.kind];
    pen.fillText(s.shot.text, pad, middle + 0.5);
  }
}
