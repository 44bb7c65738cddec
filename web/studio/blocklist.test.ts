import { expect, it } from 'vitest';
import { fromBlock, linesOf, toBlock, usersOf } from './blocklist.ts';

it('reads users as they are pasted', () => {
  expect(usersOf('\uFEFFu-1\r\n  u-2 ,staff\n"u,3";x\nu-1\n\n"say ""hi"""\t1')).toEqual(['u-1', 'u-2', 'u,3', 'say "hi"']);
});

it('writes users so that it reads them again', () => {
  const users = ['u-1', 'u,3', 'a;b', 'say "hi"', '张三'];
  expect(usersOf(linesOf(users))).toEqual(users);
});

it('gives a new reason the first free code and keeps the others', () => {
  const rows = [
    { zh: ' 本店员工 ', users: 'a\nb' },
    { code: 1, en: 'tester', users: 'b\nc' },
    { code: 901, users: 'd' },
    {},
    undefined,
  ];
  expect(toBlock(rows)).toEqual({
    block: [
      { user: 'a', reason: 2 },
      { user: 'b', reason: 2 },
      { user: 'c', reason: 1 },
      { user: 'd', reason: 901 },
    ],
    reasons: [
      { code: 2, zh: '本店员工' },
      { code: 1, en: 'tester' },
    ],
  });
  expect(toBlock([{}])).toEqual({});
});

it('goes there and back', () => {
  const draft = {
    block: [
      { user: 'a', reason: 3 },
      { user: 'b', reason: 7 },
    ],
    reasons: [
      { code: 7, zh: '店员', en: 'staff' },
      { code: 9, zh: '没有人' },
    ],
  };
  const rows = fromBlock(draft);
  expect(rows.map((r) => [r.code, r.users])).toEqual([
    [7, 'b'],
    [9, ''],
    [3, 'a'],
  ]);
  const back = toBlock(rows);
  expect(new Set(back.block)).toEqual(new Set(draft.block));
  expect(back.reasons).toEqual(draft.reasons);
});
