import { readFileSync } from 'node:fs';
import { openUseLite, useLite } from '../../../../lib/text/encoders/use-lite/use-lite';
import { leaves, mapTree, torch } from '../../../../lib/torch';
import { describeWith, sharedData } from '../../../helpers/shared-data';

jest.mock('../../../../lib/text/encoders/use-lite/package-files', () => {
  const actual = jest.requireActual('../../../../lib/text/encoders/use-lite/package-files');
  return { ...actual, readPackageFile: jest.fn(actual.readPackageFile) };
});

const { readPackageFile } = jest.requireMock(
  '../../../../lib/text/encoders/use-lite/package-files',
);
const model = useLite();
const texts = ['money', 'A cold wind blows.', 'Straße № 5 😀😀 :)', 'How do I reset my password?'];
const generator = torch.generator(3);
const idLists = texts.map((text) => model.tokenize(text));

function numbers(lists: readonly Int32Array[], params = model.params): Float32Array {
  return torch.scope(() => Float32Array.from(model.embed(params, lists).data() as Float32Array));
}

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, bound: number): void {
  expect(a.length).toBe(b.length);
  const worst = Math.max(...Array.from(a, (value, i) => Math.abs(value - Number(b[i]))));
  expect(worst).toBeLessThan(bound);
}

describeWith(sharedData('encoders/use-lite/golden.json'))('the original graph', () => {
  test('has the same ids, and vectors within 1e-5, one by one and in a batch', () => {
    const file = readFileSync(sharedData('encoders/use-lite/golden.json'), 'utf8');
    const golden: { texts: string[]; token_ids: number[][]; embeddings: number[][] } =
      JSON.parse(file);
    const lists = golden.texts.map((text) => model.tokenize(text));
    expect(lists.map((ids) => [...ids])).toEqual(golden.token_ids);
    expectClose(numbers(lists), golden.embeddings.flat(), 1e-5);
    for (const [i, ids] of lists.entries()) {
      expectClose(numbers([ids]), golden.embeddings[i] ?? [], 1e-5);
    }
  });
});

test('known texts have known ids and vectors', () => {
  expect(idLists.slice(0, 3).map((ids) => [...ids])).toEqual([
    [406],
    [74, 2282, 3140, 2779, 7, 6],
    [4779, 0, 59, 262, 301, 30, 0, 658],
  ]);
  const rows = numbers(idLists);
  for (const [i, known] of [
    [-0.017418, -0.0495711, 0.0197092, -0.0018904],
    [-0.0590836, -0.0035376, 0.0310468, -0.0131656],
    [-0.0057743, 0.0465595, -0.0261277, -0.0094052],
  ].entries()) {
    expectClose(rows.slice(512 * i, 512 * i + 4), known, 1e-5);
  }
});

test('vectors have length 1 and do not depend on what else is in the batch, or where', () => {
  const together = numbers(idLists);
  for (const [i, ids] of idLists.entries()) {
    const own = numbers([ids]);
    expect(Math.hypot(...own)).toBeCloseTo(1, 5);
    expectClose(together.slice(512 * i, 512 * (i + 1)), own, 1e-6);
  }
  const reversed = numbers([...idLists].reverse());
  expectClose(reversed.slice(0, 512), together.slice(-512), 1e-6);
  expect(numbers([]).length).toBe(0);
});

test('a text without words, and one without known characters, has a vector but is not known', () => {
  for (const text of ['', '   ', '\ud83d\ude00', '中文']) {
    const ids = model.tokenize(text);
    expect(ids.length).toBeGreaterThan(0);
    expect(model.knows(ids)).toBe(false);
    expect(Math.hypot(...numbers([ids]))).toBeCloseTo(1, 5);
  }
  expect(model.knows(model.tokenize('中文 a'))).toBe(true);
});

test('gradients reach every parameter, and agree with differences', () => {
  const params = mapTree(([x]) => x.to('float64').requiresGrad_(), model.params);
  const direction = mapTree(([x]) => torch.randn(x.shape, { dtype: 'float64', generator }), params);
  const along = torch.arange(512).to('float64').sin();
  const value = (step: number) =>
    torch.noGrad(() => {
      const moved = mapTree(([x, d]) => x.add(d.mul(step)), params, direction);
      return Number(model.embed(moved, idLists).mul(along).sum().item());
    });
  const gradients = torch.grad(model.embed(params, idLists).mul(along).sum(), params);
  const slope = leaves(mapTree(([g, d]) => g.mul(d).sum(), gradients, direction)).reduce(
    (sum, part) => sum + Number(part.item()),
    0,
  );
  for (const gradient of leaves(gradients)) expect(gradient.abs().sum().item()).toBeGreaterThan(0);
  const step = 1e-6;
  expect(slope / ((value(step) - value(-step)) / (2 * step))).toBeCloseTo(1, 5);
});

test('a model is built again from its spec and parameters, without reading the weights', () => {
  const own = useLite({ maxLength: 3 });
  readPackageFile.mockClear();
  const again = openUseLite(structuredClone(own.spec), own.params);
  expect(readPackageFile.mock.calls.map(([name]: [string]) => name)).toEqual(['vocab.json']);
  expect(again.spec).toEqual({ kind: 'use-lite', maxLength: 3 });
  expect([...again.tokenize('A cold wind blows.')]).toEqual([
    ...model.tokenize('A cold wind blows.').slice(0, 3),
  ]);
  expect(again.params).toBe(own.params);
  expect(again.fingerprint).toBe(own.fingerprint);
});

test('the fingerprint tells other weights and other lengths apart', () => {
  const own = { ...model.params, frequencies: model.params.frequencies.mul(2) };
  const prints = [
    model.fingerprint,
    useLite({ maxLength: 5 }).fingerprint,
    openUseLite(model.spec, own).fingerprint,
  ];
  expect(new Set(prints).size).toBe(3);
  expect(model.fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

test('wrong arguments are refused where they were written', () => {
  const refused = (fn: () => unknown) => expect(fn).toThrow(/^Expected|^\w+: Unknown option/);
  refused(() => useLite({ maxLength: 129 }));
  refused(() => useLite({ maxLength: 0 }));
  refused(() => useLite(JSON.parse('{"length": 3}')));
  refused(() => openUseLite({ kind: 'bert' }, model.params));
  refused(() => openUseLite(model.spec, JSON.parse('{}')));
  refused(() => openUseLite(model.spec, JSON.parse('null')));
  const { layers: _, ...rest } = model.params;
  refused(() => openUseLite(model.spec, { ...rest, layers: JSON.parse('{}') }));
  refused(() => model.tokenize(JSON.parse('5')));
  refused(() => model.embed(model.params, JSON.parse('[[1, 2]]')));
  refused(() => model.embed(model.params, [new Int32Array(0)]));
  refused(() => model.embed(model.params, [new Int32Array(129)]));
  expect(() => model.embed(model.params, [Int32Array.of(9000)])).toThrow(/index/i);
});
