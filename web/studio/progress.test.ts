import { describe, expect, it } from 'vitest';
import type { Giveaway, Rehearsal, Room } from './api.ts';
import { done, type Facts, ownRoom, plays } from './progress.ts';

const room = (id: string): Room => ({ id, title: id }) as Room;
const nothing: Facts = { stream: '', delayMs: 0, goods: 0, bags: [], rehearsals: [] };

describe('the way to a show', () => {
  it("begins with a room that is not the built-in show's", () => {
    expect(ownRoom([room('demo')])).toBeUndefined();
    expect(ownRoom([room('demo'), room('mine')])?.id).toBe('mine');
    expect([...done(undefined, undefined)]).toEqual([]);
  });

  it('counts as done what the server knows, and nothing else', () => {
    expect([...done(room('mine'), nothing)]).toEqual(['shop']);
    const all: Facts = {
      ...nothing,
      stream: 'https://x',
      goods: 1,
      others: 1,
      bags: [{} as Giveaway],
      rehearsals: [{} as Rehearsal],
    };
    expect([...done(room('mine'), all)]).toEqual(['shop', 'stream', 'goods', 'staff', 'bag', 'rehearse']);
    expect(done(room('mine'), { ...all, others: 0 }).has('staff')).toBe(false);
  });

  it('knows whose pictures the pages may show', () => {
    const policy = "default-src 'none'; media-src 'self' blob: https://cdn.example.com; style-src 'self'";
    const own = 'http://127.0.0.1:8088';
    expect(plays(policy, 'https://cdn.example.com/a/live.m3u8', own)).toBe(true);
    expect(plays(policy, `${own}/live.m3u8`, own)).toBe(true);
    expect(plays(policy, 'https://cdn.example.com.evil.net/live.m3u8', own)).toBe(false);
    expect(plays(null, 'https://cdn.example.com/live.m3u8', own)).toBeUndefined();
    expect(plays(policy, 'live', own)).toBeUndefined();
  });
});
