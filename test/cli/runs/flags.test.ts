import { readFlags } from '../../../lib/cli/runs/flags';

const valueFrom = (text: string) => readFlags(['--key', text]).config.key;

test('numbers, words and what stands in brackets or quotes are read as YAML', () => {
  expect(['3', '1e-3', 'true', 'null', 'maml'].map(valueFrom)).toEqual([
    3,
    0.001,
    true,
    null,
    'maml',
  ]);
  expect(['[1, 5]', '1,5', '{ kind: maml }', '"2024"', "'a, b'"].map(valueFrom)).toEqual([
    [1, 5],
    [1, 5],
    { kind: 'maml' },
    '2024',
    'a, b',
  ]);
});

test('whatever else there is stays as it stands: nothing behind a number sign is lost', () => {
  const texts = ['runs #1', '#1', 'a: b', '|', ',', "'", '*x', '&x y', '!!str 3', '- x', '~/x', ''];
  expect(texts.map(valueFrom)).toEqual(texts);
  expect(readFlags(['--data=my #2.csv']).config).toEqual({ data: 'my #2.csv' });
});

test('a comment in what is YAML, or YAML that is broken, is refused', () => {
  for (const text of ['[1, 5] # shots', '"a" #b', '{ kind: maml', '1,[', 'a, b #c']) {
    expect(() => valueFrom(text)).toThrow(
      `Expected a value in YAML for --key but received ${text}`,
    );
  }
});
