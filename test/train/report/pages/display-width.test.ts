import { cutMiddle, cutText, displayWidth } from '../../../../lib/train/report/pages/display-width';

test.each([
  ['top_up', 6],
  ['卡丢失', 6],
  ['한국어', 6],
  ['e\u0301', 1],
  ['हिन्दी', 5],
  ['بِطَاقَة', 5],
  ['ที่นี่', 2],
  ['🏦', 2],
  ['👨‍👩‍👧', 2],
  ['❤️', 2],
  ['', 0],
])('%s takes %i columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

test.each([
  ['card', 4, 'card'],
  ['cards', 4, 'car…'],
  ['a b c', 3, 'a…'],
  ['卡丢失', 6, '卡丢失'],
  ['卡丢失', 5, '卡丢…'],
  ['🏦💳', 3, '🏦…'],
  ['ne\u0301e\u0301', 2, 'n…'],
])('%s in %i columns is %s', (text, most, expected) => {
  expect(cutText(text, most)).toBe(expected);
});

test.each([
  ['models/a', 8, 'models/a'],
  ['models/ab', 8, 'mod…s/ab'],
  ['models/abc', 7, 'mod…abc'],
  ['模型/卡丢失', 8, '模…丢失'],
  ['👨‍👩‍👧 and 👨‍👩‍👧', 5, '👨‍👩‍👧…👨‍👩‍👧'],
])('%s in %i columns is %s with both ends', (text, most, expected) => {
  expect(cutMiddle(text, most)).toBe(expected);
});
