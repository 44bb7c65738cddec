import { describe, expect, it } from 'vitest';
import type { LinkEvents } from './env.ts';
import { type SocketLike, webSocket } from './socket.ts';
import { Events, eventStream } from './sse.ts';

describe('event stream', () => {
  it.each([1, 2, 3, 7, 1000])('reads the same in pieces of %i', (size) => {
    const text = ':hi\r\nid: 7\rdata: {"a":1}\n\ndata:two\r\ndata: lines\r\n\r\nevent: x\n\ndata: 三\r\r';
    const got: string[] = [];
    const e = new Events((d) => got.push(d));
    for (let i = 0; i < text.length; i += size) e.push(text.slice(i, i + size));
    expect(got).toEqual(['{"a":1}', 'two\nlines', '三']);
  });

  it('sends token and place in headers, the ticket in the address, and posts in order under hello’s name', async () => {
    const asked: { url: string; init: RequestInit }[] = [];
    let feed: (s: string) => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({
      start(c) {
        feed = (s) => c.enqueue(new TextEncoder().encode(s));
      },
    });
    const fetcher = (async (url: string, init: RequestInit) => {
      asked.push({ url, init });
      return asked.length === 1 ? new Response(body) : new Response(null, { status: 202 });
    }) as typeof fetch;
    const seen: string[] = [];
    const on: LinkEvents = {
      open: () => seen.push('open'),
      message: (m) => seen.push(m),
      closed: (c) => seen.push(`closed ${c.code}`),
    };
    const link = eventStream(fetcher).connect({ base: 'https://x.test/', room: 'a', seq: 5, token: 'T', resume: 'R' }, on);
    await new Promise((r) => setTimeout(r));
    feed('data: {"op":"hello","conn":"c9"}\n\n');
    await new Promise((r) => setTimeout(r));
    link.send('1');
    link.send('2');
    await new Promise((r) => setTimeout(r));
    expect(asked.map((a) => a.url)).toEqual([
      'https://x.test/v1/rooms/a/events?resume=R',
      'https://x.test/v1/rooms/a/messages',
      'https://x.test/v1/rooms/a/messages',
    ]);
    expect(asked[0]?.init.headers).toMatchObject({ Authorization: 'Bearer T', 'Last-Event-ID': '5' });
    expect(asked[1]?.init.headers).toMatchObject({ 'Fudai-Conn': 'c9' });
    expect(asked.slice(1).map((a) => a.init.body)).toEqual(['1', '2']);
    link.close();
    link.close();
    expect(seen).toEqual(['open', '{"op":"hello","conn":"c9"}', 'closed 1000']);
  });

  it('tells why it was refused', async () => {
    const fetcher = (async () =>
      new Response('{"code":"full"}', { status: 503, headers: { 'Retry-After': '3' } })) as typeof fetch;
    const end = await new Promise((done) => {
      const on: LinkEvents = { open: () => undefined, message: () => undefined, closed: done };
      eventStream(fetcher).connect(
        { base: 'https://x.test/', room: 'a', seq: undefined, token: undefined, resume: undefined },
        on,
      );
    });
    expect(end).toEqual({ code: 1006, why: 'refused', status: 503, retryMs: 3000, body: '{"code":"full"}' });
  });
});

describe('web socket', () => {
  it('offers protocol and token, never a token in the address', () => {
    let url = '';
    let offered: string[] = [];
    const socket = { readyState: 0, send: () => undefined, close: () => undefined } as unknown as SocketLike;
    const seen: number[] = [];
    const link = webSocket((u, p) => {
      url = u;
      offered = p;
      return socket;
    }).connect(
      { base: 'https://x.test/app/', room: 'a b', seq: 9, token: 'J.W.T', resume: 'R' },
      { open: () => undefined, message: () => undefined, closed: (c) => seen.push(c.code) },
    );
    expect(url).toBe('wss://x.test/app/v1/rooms/a%20b/ws?seq=9&resume=R');
    expect(offered).toEqual(['fudai.v1', 'fudai.token.J.W.T']);
    link.send('not yet open: must not throw');
    socket.onclose?.({ code: 1001, reason: '' });
    link.close();
    expect(seen).toEqual([1001]);
  });
});
