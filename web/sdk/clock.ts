// The server's time on this device. A device may be hours off: only the
// difference to a clock that never jumps is kept, and of the last samples the
// one with the shortest round trip is believed.

interface Sample {
  offset: number;
  trip: number;
}

const KEEP = 8;

export class Clock {
  private samples: Sample[] = [];
  private offset: number;

  constructor(private readonly mono: () => number) {
    this.offset = Date.now() - mono();
  }

  /** A message of the server that carries its time; the way took anything up to `trip`. */
  hear(now: number, trip?: number): void {
    if (!Number.isFinite(now)) return;
    if (trip === undefined) {
      // One way only: good enough until the first answered ping.
      if (this.samples.length === 0) this.offset = now - this.mono();
      return;
    }
    this.samples.push({ offset: now + trip / 2 - this.mono(), trip });
    if (this.samples.length > KEEP) this.samples.shift();
    this.offset = this.samples.reduce((a, b) => (b.trip < a.trip ? b : a)).offset;
  }

  /** A new connection may end on a machine with another clock. */
  forget(): void {
    this.samples = [];
  }

  now(): number {
    return this.mono() + this.offset;
  }
}
