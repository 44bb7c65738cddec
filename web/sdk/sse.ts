import type { Link, LinkEvents, Target, Transport } from './env.ts';

/** Most messages that may wait to be posted; the caller's outbox sends again what does not get through. */
const QUEUE = 64;

/**
 * Server-Sent Events read from a streamed fetch (EventSource can send no
 * Authorization header), with messages posted upstream one after another. For
 * networks that break WebSocket, and to learn why a server refuses: a browser
 * shows the status of a fetch, not that of a failed WebSocket.
 */
export function eventStream(fetcher: typeof fetch = (...a) => fetch(...a)): Transport {
  return { name: 'sse', connect: (to, on) => new Stream(fetcher, to, on) };
}

class Stream implements Link {
  private readonly abort = new AbortController();
  private ended = false;
  private conn = '';
  private waiting: string[] = [];
  private posting = false;

  constructor(
    private readonly fetcher: typeof fetch,
    private readonly to: Target,
    private readonly on: LinkEvents,
  ) {
    void this.read();
  }

  send(text: string): void {
    if (this.ended || this.waiting.length >= QUEUE) return;
    this.waiting.push(text);
    if (!this.posting) void this.post();
  }

  close(code = 1000, why = ''): void {
    this.end({ code, why });
    this.abort.abort();
  }

  private end(how: Parameters<LinkEvents['closed']>[0]): void {
    if (this.ended) return;
    this.ended = true;
    this.on.closed(how);
  }

  private url(last: string): string {
    return new URL(`v1/rooms/${encodeURIComponent(this.to.room)}/${last}`, this.to.base).href;
  }

  private headers(): Record<string, string> {
    return this.to.token ? { Authorization: `Bearer ${this.to.token}` } : {};
  }

  private async read(): Promise<void> {
    try {
      const headers: Record<string, string> = { ...this.headers(), Accept: 'text/event-stream' };
      if (this.to.seq !== undefined) headers['Last-Event-ID'] = String(this.to.seq);
      const resume = this.to.resume ? `?resume=${encodeURIComponent(this.to.resume)}` : '';
      const answer = await this.fetcher(this.url('events') + resume, { headers, signal: this.abort.signal, cache: 'no-store' });
      if (!answer.ok || !answer.body) return await this.refused(answer);
      this.on.open();
      const events = new Events((data) => this.take(data));
      const reader = answer.body.pipeThrough(new TextDecoderStream() as never).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        events.push(value as unknown as string);
      }
      this.end({ code: 1006, why: 'the stream ended' });
    } catch (e) {
      this.end({ code: 1006, why: String(e) });
    }
  }

  private take(data: string): void {
    if (this.ended) return;
    if (!this.conn && data.includes('"hello"')) {
      try {
        const m = JSON.parse(data) as { op?: string; conn?: unknown };
        if (m.op === 'hello' && typeof m.conn === 'string') this.conn = m.conn;
      } catch {
        // Not ours to judge: the client ignores it.
      }
    }
    this.on.message(data);
  }

  private async refused(answer: Response): Promise<void> {
    const body = (await answer.text().catch(() => '')).slice(0, 1024);
    const after = Number(answer.headers.get('Retry-After'));
    const retryMs = Number.isFinite(after) && after > 0 ? after * 1000 : undefined;
    this.end({ code: 1006, why: 'refused', status: answer.status, body, ...(retryMs !== undefined && { retryMs }) });
  }

  private async post(): Promise<void> {
    this.posting = true;
    for (let text = this.waiting.shift(); text !== undefined && !this.ended; text = this.waiting.shift()) {
      try {
        const answer = await this.fetcher(this.url('messages'), {
          method: 'POST',
          headers: { ...this.headers(), 'Content-Type': 'application/json', 'Fudai-Conn': this.conn },
          body: text,
          signal: this.abort.signal,
        });
        // The stream carries what became of it; only a lost login ends the link here.
        if (answer.status === 401) this.end({ code: 4001, why: 'token refused', status: 401 });
      } catch {
        break; // the outbox sends again
      }
    }
    this.posting = false;
  }
}

/** Cuts a text stream into the data of its events. */
export class Events {
  private line = '';
  private data: string[] = [];
  private skipFeed = false;

  constructor(private readonly emit: (data: string) => void) {}

  push(chunk: string): void {
    for (const c of chunk.split(/(\r\n|\n|\r)/)) {
      if (c === '\n' && this.skipFeed) this.skipFeed = false;
      else if (c === '\n' || c === '\r\n' || c === '\r') {
        this.skipFeed = c === '\r';
        this.end();
      } else if (c !== '') {
        this.skipFeed = false;
        this.line += c;
      }
    }
  }

  private end(): void {
    const line = this.line;
    this.line = '';
    if (line === '') {
      if (this.data.length > 0) this.emit(this.data.join('\n'));
      this.data = [];
    } else if (line.startsWith('data:')) {
      this.data.push(line.slice(line[5] === ' ' ? 6 : 5));
    }
  }
}
