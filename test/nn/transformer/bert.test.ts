import fc from 'fast-check';
import {
  type Bert,
  type BertOptions,
  type BertParams,
  bert,
  expandTasks,
  type TokenIds,
} from '../../../lib/nn';
import { flattenTree, mapTree, type Tensor, torch, unflattenTree } from '../../../lib/torch';
import { expectClose, expectGradients } from '../../helpers/gradients';

const SMALL = {
  vocabularySize: 12,
  dimensions: 4,
  layers: 1,
  heads: 2,
  hidden: 6,
  positions: 12,
  scale: 0.5,
} satisfies BertOptions;

const tensorOf = (rows: readonly (readonly number[])[], length: number) => {
  const shape = [rows.length, length];
  const places = rows.flatMap((row) => Array.from({ length }, (_, i) => row[i]));
  return {
    ids: torch.tensor(
      Int32Array.from(places, (id) => id ?? 0),
      { shape },
    ),
    mask: torch.tensor(
      Float32Array.from(places, (id) => (id === undefined ? 0 : 1)),
      { shape },
    ),
  };
};

const wide = (params: BertParams): BertParams => mapTree(([own]) => own.to('float64'), params);

test.each<[string, Partial<BertOptions>]>([
  ['BERT, mean', { normalize: true }],
  ['RoBERTa, first token', { positionOffset: 2, tokenTypes: 1, pooling: 'cls' }],
  [
    'poolings side by side, normalised',
    { pooling: ['last', 'weighted-mean', 'mean-sqrt'], projections: ['layer-norm'] },
  ],
  ['MPNet', { relativeBuckets: 8, tokenTypes: 0 }],
  [
    'a projection',
    { projections: [{ outFeatures: 3, activation: 'tanh' }], activation: 'gelu-tanh' },
  ],
])('%s is twice differentiable, packed and with parameters of each task', (_, options) => {
  const model = bert({ ...SMALL, vocabularySize: 4, dimensions: 2, hidden: 2, ...options });
  const params = wide(model.init(torch.generator(1)));
  const input = tensorOf([[3, 1, 2], [0]], 3);
  expectOf(model, params, input);
  const own = mapTree(([one]) => one.clone(), expandTasks(params, 1));
  expectOf(model, own, { ids: input.ids.unsqueeze(0), mask: input.mask.unsqueeze(0) });
});

/** The parameters through which gradients go every way that there is; the others are kept. */
const WATCHED = /words|types|relative|qkv\.weight|attention\.norm\.weight|up\.bias|projections/;

function expectOf(model: Bert, params: BertParams, input: TokenIds): void {
  const flat = flattenTree(params);
  const names = Object.keys(flat).filter((name) => WATCHED.test(name));
  expectGradients(
    (...weights) => {
      const own = Object.fromEntries(names.map((name, i) => [name, weights[i] as Tensor]));
      return model.apply(unflattenTree({ ...flat, ...own }, params), input);
    },
    names.map((name) => flat[name] as Tensor),
  );
}

const lists = fc.array(fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 8 }), {
  minLength: 1,
  maxLength: 9,
});
const families = fc.constantFrom<Partial<BertOptions>>(
  {},
  { pooling: 'max' },
  { pooling: ['last', 'weighted-mean', 'mean-sqrt'], paddingId: 2, positionOffset: 3 },
  { pooling: 'cls', positionOffset: 2 },
  { relativeBuckets: 8, tokenTypes: 0 },
);

test('a text’s vector depends neither on its batch, its place, its padding, nor on packing', () => {
  fc.assert(
    fc.property(lists, families, fc.nat(), (texts, options, seed) => {
      const model = bert({ ...SMALL, ...options });
      const params = model.init(torch.generator(1));
      const ids = texts.map((text) => Int32Array.from(text));
      const exact = torch.cat(ids.map((own) => model.encode(params, [own])));
      const close = (found: Tensor) => expectClose(found, exact, 1e-5);
      torch.noGrad(() => close(model.encode(params, ids)));
      close(model.encode(params, ids));
      const order = [...ids.keys()].sort((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5));
      const moved = model.encode(
        params,
        order.map((text) => ids[text] ?? new Int32Array()),
      );
      const back = order.map((_, i) => order.indexOf(i));
      close(moved.indexSelect(0, torch.tensor(back, { dtype: 'int64' })));
      const input = tensorOf(texts, 9);
      close(model.apply(params, input));
      const tasks = { ids: input.ids.unsqueeze(0), mask: input.mask.unsqueeze(0) };
      close(model.apply(expandTasks(params, 1), tasks).squeeze(0));
      close(model.apply(params, tasks).squeeze(0));
    }),
    { numRuns: 25 },
  );
});

test('each task meets its own parameters', () => {
  const model = bert({ ...SMALL, relativeBuckets: 8 });
  const [one, other] = [model.init(torch.generator(1)), model.init(torch.generator(2))] as const;
  const both = mapTree(([a, b]) => torch.stack([a, b]), one, other);
  const input = tensorOf([[3, 1, 4], [5]], 3);
  const tasks = {
    ids: torch.stack([input.ids, input.ids]),
    mask: torch.stack([input.mask, input.mask]),
  };
  const expected = torch.stack([model.apply(one, input), model.apply(other, input)]);
  expectClose(model.apply(both, tasks), expected, 1e-5);
  // Tasks that share all but some parameters, as where a part of them is adapted.
  const part = { ...one, layers: both.layers };
  const mixed = {
    ...other,
    embeddings: one.embeddings,
    ...(one.relativePositions && { relativePositions: one.relativePositions }),
  };
  expectClose(
    model.apply(part, tasks),
    torch.stack([model.apply(one, input), model.apply(mixed, input)]),
    1e-5,
  );
});

test('hidden states are zeros at padding', () => {
  const model = bert(SMALL);
  const params = model.init(torch.generator(1));
  const input = tensorOf([[3, 1, 4], [5]], 6);
  const states = model.hiddenStates(params, input);
  expect(states.shape).toEqual([2, 6, 4]);
  expect(states.abs().sum([-1]).ne(0).to('int32').tolist()).toEqual([
    [1, 1, 1, 0, 0, 0],
    [1, 0, 0, 0, 0, 0],
  ]);
  expectClose(states.sum([1]).div(torch.tensor([[3], [1]])), model.apply(params, input), 1e-5);
});

test('leaves nothing behind', () => {
  const model = bert({ ...SMALL, relativeBuckets: 8 });
  const params = model.init(torch.generator(1));
  const texts = [Int32Array.of(3, 1), Int32Array.of(5, 6, 7, 8, 9, 1, 2, 3)];
  const before = torch.memory().tensors;
  model.encode(params, texts).dispose();
  torch.noGrad(() => model.encode(params, texts)).dispose();
  expect(torch.memory().tensors).toBe(before);
});

test.each<[Partial<BertOptions>, string]>([
  [{ heads: 3 }, 'a divisor of 4 for heads of bert'],
  [{ positionOffset: 12 }, 'an integer from 0 to 11 for positionOffset of bert'],
  [{ relativeBuckets: 6 }, '0 or a multiple of 4 for relativeBuckets of bert'],
  [{ pooling: 'median' as never }, "'weighted-mean' or 'last' for pooling of bert"],
  [{ pooling: [] }, 'at least one pooling for pooling of bert'],
  [{ pooling: ['mean', 'median' as never] }, 'for pooling[1] of bert'],
  [{ paddingId: 1 }, 'at least 1 with a paddingId for positionOffset of bert'],
  [{ activation: 'silu' as never }, "'gelu' or 'gelu-tanh' or 'relu' for activation of bert"],
  [{ layers: 0 }, 'an integer from 1 to 1000 for layers of bert'],
  [{ projections: [{ outFeatures: 0 }] }, 'outFeatures of bert.projections[0]'],
  [{ depth: 3 } as never, 'depth'],
])('refuses %p', (options, message) => {
  expect(() => bert({ ...SMALL, ...options })).toThrow(message);
});

test('refuses inputs that do not fit', () => {
  const model = bert(SMALL);
  const params = model.init(torch.generator(1));
  const { ids, mask } = tensorOf([[3, 1, 4]], 3);
  expect(() => model.apply(params, { ids, mask: mask.squeeze(0) })).toThrow('[1, 3] for the mask');
  expect(() => model.apply(params, { ids: ids.squeeze(0), mask: mask.squeeze(0) })).toThrow(
    '[..., n, L]',
  );
  expect(() => model.apply(params, { ids: ids.to('float32'), mask })).toThrow('int32 or int64');
  expect(() => model.apply(params, ids as never)).toThrow('ids of bert');
  const wrong = { ...params, layers: {} } as never;
  expect(() => model.apply(wrong, { ids, mask })).toThrow('an array of layers');
  for (const part of ['attention', 'feedForward'] as const) {
    const layers = params.layers.map(({ [part]: _, ...others }) => others);
    expect(() => model.apply({ ...params, layers } as never, { ids, mask })).toThrow(
      `an object for the ${part} in a layer of bert`,
    );
  }
  const { embeddings: _, ...headless } = params;
  for (const none of [headless, { ...params, embeddings: {} }]) {
    expect(() => model.apply(none as never, { ids, mask })).toThrow(
      'a tensor for embeddings.words.weight',
    );
  }
  const untyped = { ...params, embeddings: { ...params.embeddings, types: {} } } as never;
  expect(() => model.apply(untyped, { ids, mask })).toThrow('a tensor for embeddings.types.weight');
  const relative = bert({ ...SMALL, relativeBuckets: 8 });
  const unplaced = { ...relative.init(torch.generator(1)), relativePositions: {} } as never;
  expect(() => relative.apply(unplaced, { ids, mask })).toThrow(
    'a tensor for relativePositions.weight',
  );
  expect(() => model.apply(params, tensorOf([[12]], 1))).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_INDEX' }),
  );
  const long = tensorOf([new Array<number>(13).fill(1)], 13);
  expect(() => model.apply(params, long)).toThrow('at most 12 tokens for a text of bert');
});
