import { cut, padded, screenShare, screenWidth, tableLines, wrapped } from '../../lib/cli/terminal';

const columns = Object.getOwnPropertyDescriptor(process.stdout, 'columns');

function terminalOf(value: number | undefined): void {
  Object.defineProperty(process.stdout, 'columns', { value, configurable: true, writable: true });
}

beforeEach(() => terminalOf(undefined));
afterAll(() => {
  if (columns === undefined) Reflect.deleteProperty(process.stdout, 'columns');
  else Object.defineProperty(process.stdout, 'columns', columns);
});

test.each([
  ['short', 5, 'short'],
  ['longer', 5, 'lo...'],
  ['a word more', 5, 'a...'],
  ['two\nlines\u001b[2J', 80, 'two lines [2J'],
])('cut %j to %i', (text, width, expected) => {
  expect(cut(text, width)).toBe(expected);
});

test('lines are as wide as the terminal; 80 columns in a file', () => {
  expect([screenWidth(), screenShare(0.33)]).toEqual([80, 26]);
  terminalOf(200);
  expect([screenWidth(), screenShare(0.33)]).toEqual([200, 66]);
  terminalOf(0);
  expect(screenWidth()).toBe(80);
});

test('columns of a table are as wide as their widest cell, texts to the left', () => {
  const rows = [
    ['', 'right'],
    ['mean', '1.0'],
    ['longer name', '100.0 ± 0.1'],
  ];
  const dotted = (lines: string[]) => lines.map((line) => line.replaceAll(' ', '.'));
  expect(dotted(tableLines(rows))).toEqual([
    '......................right',
    '..mean..................1.0',
    '..longer.name...100.0.±.0.1',
  ]);
  expect(dotted(tableLines(rows, 2))).toEqual([
    '................right',
    '..mean..........1.0',
    '..longer.name...100.0.±.0.1',
  ]);
});

test('a table is as wide as the screen: the first cells lose their middle', () => {
  const folder = 'models/of-the-autumn/intents-of-a-bank';
  const rows = [
    ['model', '1-shot'],
    [folder, '50.0'],
    ['short', '100.0'],
  ];
  expect(tableLines(rows)).toEqual([
    '  model                                    1-shot',
    `  ${folder}     50.0`,
    '  short                                     100.0',
  ]);
  terminalOf(40);
  expect(tableLines(rows)).toEqual([
    '  model                           1-shot',
    '  models/of-the...nts-of-a-bank     50.0',
    '  short                            100.0',
  ]);
  expect(
    tableLines(
      rows.map(([own = '', other = '']) => [other, own]),
      1,
      1,
    )[1],
  ).toHaveLength(40);
  terminalOf(10);
  expect(tableLines(rows)[1]).toBe('  mode...-bank     50.0');
});

test('wide characters take two columns', () => {
  expect(
    tableLines([
      ['卡丢失', '7'],
      ['top_up', '12'],
    ]),
  ).toEqual(['  卡丢失    7', '  top_up   12']);
  expect(padded('充值', 6)).toBe('充值  ');
  expect(cut('我的银行卡找不到了', 9)).toBe('我的银...');
  expect(wrapped('卡丢失 top up', 10)).toEqual(['卡丢失 top', 'up']);
});

test('a text is broken between words, and a long word has its line', () => {
  expect(wrapped('a bc def', 4)).toEqual(['a bc', 'def']);
  expect(wrapped('a unbreakable b', 5)).toEqual(['a', 'unbreakable', 'b']);
});
