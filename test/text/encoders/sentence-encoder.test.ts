import { SentenceEncoder, type TokenModel } from '../../../lib/text';
import { type Tensor, torch } from '../../../lib/torch';
import { settledTensors } from '../../helpers/garbage';

type Params = { table: Tensor };
type Seen = { batches: number[][]; tokenized: string[] };

/** A text's characters as ids, its vector the mean of theirs; it keeps what it was asked. */
function letters(): { model: TokenModel<Params>; seen: Seen } {
  const seen: Seen = { batches: [], tokenized: [] };
  const table = torch.randn([128, 3], { generator: torch.generator(1) });
  const model: TokenModel<Params> = {
    name: 'letters',
    spec: { kind: 'letters' },
    fingerprint: 'f'.repeat(64),
    params: { table },
    dimensions: 3,
    maxLength: 100,
    tokenize(text) {
      seen.tokenized.push(text);
      return Int32Array.from([1, ...[...text].slice(0, 99).map((c) => c.charCodeAt(0) % 128)]);
    },
    knows: (ids) => ids.length > 1,
    embed(params, texts) {
      seen.batches.push(texts.map((ids) => ids.length));
      const rows = texts.map((ids) => torch.embedding(params.table, torch.tensor(ids)).mean(0));
      return torch.stack(rows);
    },
  };
  return { model, seen };
}

const alone = (model: TokenModel<Params>, text: string): unknown =>
  torch.scope(() =>
    model
      .embed(model.params, [model.tokenize(text)])
      .squeeze(0)
      .tolist(),
  );

const texts = Array.from({ length: 2500 }, (_, i) => 'ab'.repeat(i % 37) + String(i % 300));

test('rows come in the order of the texts, however they are read', async () => {
  const { model } = letters();
  using encoder = new SentenceEncoder(model);
  using vectors = await encoder.encode(texts);
  using same = encoder.encodeSync(texts);
  expect(vectors.shape).toEqual([2500, 3]);
  expect(vectors.equal(same)).toBe(true);
  for (const i of [0, 1, 36, 1023, 1024, 2499]) {
    using row = vectors.index([i]);
    expect(row.tolist()).toEqual(alone(model, texts[i] ?? ''));
  }
});

test('reads each text of a chunk once, in small batches of similar length', () => {
  const { model, seen } = letters();
  using encoder = new SentenceEncoder(model);
  encoder.encodeSync(Array.from({ length: 1000 }, (_, i) => 'x'.repeat(i % 90))).dispose();
  expect(seen.tokenized).toHaveLength(90);
  expect(seen.batches.flat().sort((a, b) => a - b)).toEqual(
    Array.from({ length: 90 }, (_, i) => i + 1),
  );
  for (const batch of seen.batches) {
    expect(batch.length).toBeLessThanOrEqual(32);
    expect(batch.length * Math.max(...batch)).toBeLessThanOrEqual(2048);
  }
});

test('vectors and whether texts are known come together, each text tokenized once', () => {
  const { model, seen } = letters();
  using encoder = new SentenceEncoder(model);
  const some = ['ab', '', 'c', 'ab', ''];
  const { vectors, known } = encoder.readSync(some);
  expect(seen.tokenized).toEqual(['ab', '', 'c']);
  expect(known).toEqual(encoder.knows(some));
  using same = encoder.encodeSync(some);
  expect(vectors.equal(same)).toBe(true);
  vectors.dispose();
});

test('no texts are no rows', () => {
  const { model, seen } = letters();
  using encoder = new SentenceEncoder(model);
  using vectors = encoder.encodeSync([]);
  expect(vectors.shape).toEqual([0, 3]);
  expect(seen.batches).toEqual([]);
});

test('tells how far it is, and leaves other work its turn', async () => {
  const { model } = letters();
  using encoder = new SentenceEncoder(model);
  const done: number[] = [];
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const onProgress = (count: number, all: number) => done.push(count, all);
  (await encoder.encode(texts, { onProgress })).dispose();
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
  expect(done.slice(-2)).toEqual([2500, 2500]);
  const counts = done.filter((_, i) => i % 2 === 0);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
});

test('an aborted signal stops it between batches, and nothing is left over', async () => {
  const { model, seen } = letters();
  using encoder = new SentenceEncoder(model);
  const before = await settledTensors();
  const controller = new AbortController();
  const reason = new Error('enough');
  const onProgress = () => controller.abort(reason);
  await expect(encoder.encode(texts, { signal: controller.signal, onProgress })).rejects.toBe(
    reason,
  );
  expect(seen.batches).toHaveLength(1);
  await expect(encoder.encode(['a'], { signal: controller.signal })).rejects.toBe(reason);
  expect(() => encoder.encodeSync(['a'], { signal: AbortSignal.abort(reason) })).toThrow(reason);
  expect(torch.memory().tensors).toBe(before);
});

test('an error of the model comes through and frees what was made', () => {
  const { model } = letters();
  const before = torch.memory().tensors;
  const broken: TokenModel = {
    ...model,
    embed: () => {
      throw new RangeError('no weights');
    },
  };
  expect(() => new SentenceEncoder(broken).encodeSync(['a'])).toThrow('no weights');
  expect(torch.memory().tensors).toBe(before);
});

test('says which texts it knows, how long they are, and what it is', () => {
  const { model } = letters();
  using encoder = new SentenceEncoder(model);
  expect(encoder.knows(['a', ''])).toEqual([true, false]);
  expect(encoder.lengths(['a', '', 'x'.repeat(500)])).toEqual([2, 1, 100]);
  expect([encoder.name, encoder.dimensions, encoder.maxLength]).toEqual(['letters', 3, 100]);
  expect([encoder.fingerprint, encoder.spec]).toEqual([model.fingerprint, { kind: 'letters' }]);
  using features = encoder.vectorize(['b', 'a']);
  expect(features.shape).toEqual([2, 3]);
  expect(features.requiresGrad).toBe(false);
});

test('frees its parameters, and cannot be used after', () => {
  const { model } = letters();
  const encoder = new SentenceEncoder(model);
  encoder.dispose();
  expect(() => encoder.encodeSync(['a'])).toThrow('dispose');
});

test('refuses what is not texts, options or a model', async () => {
  const { model } = letters();
  using encoder = new SentenceEncoder(model);
  expect(() => encoder.encodeSync('abc' as never)).toThrow(
    "Expected an array of strings for texts of encodeSync but received string 'abc'",
  );
  await expect(encoder.encode(['a', undefined as never])).rejects.toThrow('texts[1] of encode');
  await expect(encoder.encode(['a'], { batch: 3 } as never)).rejects.toThrow(
    'encode: Unknown option batch; expected signal, onProgress',
  );
  await expect(encoder.encode(['a'], { signal: {} as never })).rejects.toThrow('an AbortSignal');
  expect(() => encoder.lengths([1 as never])).toThrow('texts[0] of lengths');
  expect(() => encoder.knows(null as never)).toThrow('texts of knows');
  expect(() => new SentenceEncoder({} as never)).toThrow('Expected a token model');
  expect(() => new SentenceEncoder({ ...model, params: undefined } as never)).toThrow('parameters');
});
