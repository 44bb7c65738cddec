// Falling red packets on one canvas over the picture. One packet is drawn once
// and then only moved; the canvas itself takes no taps, so what stands on the
// stage stays usable.

interface Packet {
  x: number;
  y: number;
  /** Of its picture, in CSS pixels. */
  width: number;
  height: number;
  /** Pixels a second, radians, and where in its sway it began. */
  fall: number;
  turn: number;
  phase: number;
  picture: HTMLCanvasElement;
  /** Seconds since it was tapped; below 0: it was not. */
  popped: number;
}

const WIDTH = 54; // of a packet of the middling size, CSS pixels
const TALL = 1.32;
const LARGEST = 1.3;
const MOST = 48;
const POP_S = 0.35;
const DOWN_S = 3.2; // from top to bottom, about
const STEP_S = 0.05; // a page that slept does not jump

export class Packets {
  private readonly canvas = document.createElement('canvas');
  private readonly pen = this.canvas.getContext('2d') as CanvasRenderingContext2D;
  private readonly watch: ResizeObserver;
  private readonly ratio = Math.min(2, devicePixelRatio || 1);
  private readonly face = drawPacket(WIDTH, this.ratio * LARGEST);
  private width = 0;
  private height = 0;
  private frame = 0;
  private before = 0;
  private due = 0;
  /** Where they are, from the stage's corner: for the curious and for tests. */
  falling: Packet[] = [];
  hits = 0;

  /** `tap` is called for every packet that is hit. */
  constructor(
    private readonly stage: HTMLElement,
    private readonly tap: () => void,
  ) {
    this.canvas.className = 'rain-canvas';
    this.canvas.setAttribute('aria-hidden', 'true');
    stage.append(this.canvas);
    this.watch = new ResizeObserver(([e]) => e && this.resize(e.contentRect.width, e.contentRect.height));
    this.watch.observe(stage);
    stage.addEventListener('pointerdown', this.hit);
    this.frame = requestAnimationFrame(this.step);
    (window as unknown as { fudaiRain?: Packets }).fudaiRain = this;
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
    this.stage.removeEventListener('pointerdown', this.hit);
    this.canvas.remove();
  }

  /** A wave begins: its sum falls ahead of it. */
  lead(text: string): void {
    const picture = drawLead(text, this.ratio);
    const [width, height] = [picture.width / this.ratio, picture.height / this.ratio];
    const at = (this.width || this.stage.clientWidth) / 2;
    this.falling.push({ x: at, y: -height, width, height, fall: 0, turn: 0, phase: 0, picture, popped: -1 });
  }

  private resize(width: number, height: number): void {
    [this.width, this.height] = [width, height];
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
  }

  private drop(): void {
    const size = LARGEST - Math.random() * 0.5;
    const [width, height] = [WIDTH * size, WIDTH * TALL * size];
    this.falling.push({
      x: width / 2 + Math.random() * Math.max(0, this.width - width),
      y: -height,
      width,
      height,
      fall: (this.height / DOWN_S) * (0.75 + Math.random() * 0.5),
      turn: (Math.random() - 0.5) * 0.5,
      phase: Math.random() * 7,
      picture: this.face,
      popped: -1,
    });
  }

  private readonly step = (at: number): void => {
    this.frame = requestAnimationFrame(this.step);
    const s = Math.min(STEP_S, Math.max(0, (at - this.before) / 1000));
    this.before = at;
    this.due += s * Math.min(14, Math.max(6, this.width / 60));
    for (; this.due >= 1; this.due--) if (this.falling.length < MOST) this.drop();
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.falling = this.falling.filter((p) => p.y < this.height + p.height && p.popped < POP_S);
    for (const p of this.falling) this.move(p, s);
  };

  private move(p: Packet, s: number): void {
    p.phase += s * 2;
    p.y += s * (p.fall || this.height / (DOWN_S * 1.3));
    let scale = 1;
    if (p.popped >= 0) {
      p.popped += s;
      scale = 1 + p.popped * 2.4;
    }
    const turn = p.turn + (p.fall ? Math.sin(p.phase) * 0.16 : 0);
    const x = p.x + (p.fall ? Math.sin(p.phase * 0.7) * 10 : 0);
    const [c, d] = [Math.cos(turn) * scale * this.ratio, Math.sin(turn) * scale * this.ratio];
    this.pen.setTransform(c, d, -d, c, x * this.ratio, p.y * this.ratio);
    this.pen.globalAlpha = p.popped < 0 ? 1 : Math.max(0, 1 - p.popped / POP_S);
    this.pen.drawImage(p.picture, -p.width / 2, -p.height / 2, p.width, p.height);
  }

  /** The nearest packet within a thumb's width. */
  private readonly hit = (e: PointerEvent): void => {
    if (e.target instanceof Element && e.target.closest('button, a')) return;
    const box = this.stage.getBoundingClientRect();
    const [x, y] = [e.clientX - box.left, e.clientY - box.top];
    let best: Packet | undefined;
    let far = Number.POSITIVE_INFINITY;
    for (const p of this.falling) {
      const [dx, dy] = [Math.abs(p.x - x), Math.abs(p.y - y)];
      if (p.popped >= 0 || dx > p.width / 2 + 14 || dy > p.height / 2 + 14 || dx + dy >= far) continue;
      [best, far] = [p, dx + dy];
    }
    if (!best) return;
    best.popped = 0;
    this.hits++;
    this.tap();
  };
}

function sheet(width: number, height: number, ratio: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const c = document.createElement('canvas');
  c.width = Math.ceil(width * ratio);
  c.height = Math.ceil(height * ratio);
  const pen = c.getContext('2d') as CanvasRenderingContext2D;
  pen.scale(ratio, ratio);
  return [c, pen];
}

// The sign 福 as strokes, as on the bag.
const fu = 'M243 432l6 6M240 446h14l-9 16m4-6v18M264 432h24M266 440h20v10h-20zM264 456h24v20h-24zm12 0v20m-12-10h24';

function drawPacket(w: number, ratio: number): HTMLCanvasElement {
  const h = w * TALL;
  const [c, pen] = sheet(w, h, ratio);
  const body = pen.createLinearGradient(0, 0, 0, h);
  body.addColorStop(0, '#f0484a');
  body.addColorStop(1, '#c41f2d');
  plate(pen, 1, 1, w - 2, h - 2, 8, body);
  pen.lineWidth = 1.5;
  pen.strokeStyle = 'rgb(255 214 115 / 0.9)';
  pen.stroke();
  pen.save();
  pen.clip();
  pen.fillStyle = '#d82f39';
  pen.strokeStyle = 'rgb(255 214 115 / 0.75)';
  pen.beginPath();
  pen.ellipse(w / 2, 0, w * 0.74, h * 0.4, 0, 0, 7);
  pen.fill();
  pen.stroke();
  pen.restore();
  pen.fillStyle = '#ffc53d';
  pen.beginPath();
  pen.arc(w / 2, h * 0.4, w * 0.23, 0, 7);
  pen.fill();
  pen.translate(w / 2, h * 0.4);
  pen.scale(w * 0.0062, w * 0.0062);
  pen.translate(-264, -454);
  pen.lineWidth = 5;
  pen.lineCap = pen.lineJoin = 'round';
  pen.strokeStyle = '#b3261e';
  pen.stroke(new Path2D(fu));
  return c;
}

function drawLead(text: string, ratio: number): HTMLCanvasElement {
  const font =
    '800 24px system-ui, -apple-system, "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif';
  const probe = sheet(1, 1, 1)[1];
  probe.font = font;
  const w = probe.measureText(text).width + 44;
  const [c, pen] = sheet(w, 48, ratio);
  const gold = pen.createLinearGradient(0, 0, 0, 48);
  gold.addColorStop(0, '#ffe9a8');
  gold.addColorStop(1, '#ffbf3a');
  plate(pen, 1, 1, w - 2, 46, 23, gold);
  pen.font = font;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = '#8c1220';
  pen.fillText(text, w / 2, 25);
  return c;
}

/** A plate with round corners; roundRect is younger than the browsers that are served. */
function plate(pen: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, r: number, fill: CanvasGradient): void {
  pen.beginPath();
  pen.moveTo(x + r, y);
  pen.arcTo(x + w, y, x + w, y + h, r);
  pen.arcTo(x + w, y + h, x, y + h, r);
  pen.arcTo(x, y + h, x, y, r);
  pen.arcTo(x, y, x + w, y, r);
  pen.closePath();
  pen.fillStyle = fill;
  pen.fill();
}
