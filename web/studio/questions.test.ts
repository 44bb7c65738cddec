import { describe, expect, it } from 'vitest';
import { asked, toQuestions } from './questions.tsx';

describe('the questions of a prize', () => {
  it('keep their ids, get free ones, and lose what was left empty', () => {
    expect(
      toQuestions([
        { title: ' 尺码 ', options: 'S、M，M,L' },
        { id: 'q1', title: '颜色' },
        { title: '  ' },
        { title: '账号', optional: true },
      ]),
    ).toEqual([
      { id: 'q2', title: '尺码', options: ['S', 'M', 'L'] },
      { id: 'q1', title: '颜色' },
      { id: 'q3', title: '账号', optional: true },
    ]);
  });

  it('are the same after they were opened and saved', () => {
    const fields = [{ id: 'size', title: '尺码', options: ['S', 'M'], optional: true }];
    expect(toQuestions(asked(fields))).toEqual(fields);
  });
});
