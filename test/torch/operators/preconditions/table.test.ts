import { type Tensor, TorchError, torch } from '../../../../lib';

const x = torch.rand([1, 2, 5]);
const refused = (name: string) =>
  expect.objectContaining({
    name: 'RangeError',
    code: 'ERR_TORCH_ARGUMENT',
    message: expect.stringMatching(new RegExp(`Expected .+ for ${name} but received .+`)),
  });
const aten = (name: string, ...args: unknown[]): unknown => torch.ops.aten?.[name]?.(...args);
const zeros = () => aten('_efficientzerotensor', [3]);
const none = torch.rand([4, 5, 0]);
const ints = (...values: number[]) => torch.tensor(values, { dtype: 'int32' });

const places = torch.arange(4);
const scaled = (query: Tensor, key: Tensor, value: Tensor) =>
  torch.scaledDotProductAttention(query, key, value, { enableGqa: true });
const opaque = () => torch.rand([4]).toMkldnn();

test.each<[string, string, () => unknown]>([
  [
    'nativeBatchNorm',
    'runningMean',
    () => torch.nativeBatchNorm(x, null, null, null, null, false, 0.1, 1e-5),
  ],
  [
    'ops.aten.native_batch_norm',
    'runningMean',
    () => aten('native_batch_norm', x, null, null, null, null, false, 0.1, 1e-5),
  ],
  [
    'batchNorm with a weight of other channels',
    'weight',
    () => torch.batchNorm(x, torch.rand([9]), null, null, null, true, 0.1, 1e-5, false),
  ],
  [
    'batchNormUpdateStats of other channels',
    'runningVar',
    () => torch.batchNormUpdateStats(x, null, torch.rand([9]), 0.1),
  ],
  ['adaptiveMaxPool2d without columns', 'outputSize', () => x.adaptiveMaxPool2d([2 ** 31, 0])],
  [
    'adaptiveMaxPool3d without rows',
    'outputSize',
    () => torch.rand([2, 3, 1, 2, 3]).adaptiveMaxPool3d([2 ** 20, 0, 2 ** 20]),
  ],
  ['maxPool1d', 'kernelSize', () => x.maxPool1d(2 ** 53 - 1)],
  ['ops.aten.max_pool1d', 'kernelSize', () => aten('max_pool1d', x, 2n ** 63n - 1n)],
  [
    'segmentReduce',
    'unsafe',
    () =>
      torch.segmentReduce(torch.rand([5]), 'sum', {
        lengths: torch.tensor([1e8]).to('int64'),
        unsafe: true,
      }),
  ],
  [
    'embeddingBag',
    'indices',
    () => torch.embeddingBag(torch.rand([4, 3]), torch.zeros([4, 2]).long(), ints(0).long()),
  ],
  ...[0, 1, 2].flatMap((mode): [string, string, () => unknown][] => {
    const [table, indices] = [torch.rand([4, 3]).double(), ints(0, 0).long()];
    const ends = { mode, includeLastOffset: true };
    return [
      [
        `embeddingBag of no bags, mode ${mode}`,
        'offsets',
        () => torch.embeddingBag(table, indices, ints().long(), { mode }),
      ],
      [
        `embeddingBag of an end alone, mode ${mode}`,
        'offsets',
        () => torch.embeddingBag(table, indices, ints(0).long(), ends),
      ],
    ];
  }),
  [
    'embeddingBag of no bags, of which the greatest are wanted',
    'offsets',
    () => torch.embeddingBag(torch.rand([4, 3]), ints(0, 0).long(), ints().long(), false, 2),
  ],
  [
    'ops.aten.embedding_bag',
    'offsets',
    () =>
      aten('embedding_bag', torch.rand([4, 3]), ints(0, 1, 2, 3).long(), ints(0, -1e8, 2).long()),
  ],
  ['resize_ of zeros without memory', 'self', () => aten('resize_', zeros(), [1_000_000])],
  ['set_ to zeros without memory', 'source', () => aten('set_', ints(0), zeros(), 0, [3], [2])],
  ['luUnpack', 'LUPivots', () => torch.luUnpack(torch.rand([2, 1, 8, 1]), ints(), false)],
  [
    'linalg.ldlSolve',
    'pivots',
    () => torch.linalg.ldlSolve(torch.rand([3, 3]), ints(), torch.rand([3, 2])),
  ],
  [
    'nativeGroupNorm',
    'C',
    () => torch.nativeGroupNorm(torch.rand([2, 4]), null, null, 2, -4, 1, 1, 1e-5),
  ],
  [
    'nativeGroupNorm of no groups',
    'group',
    () => torch.nativeGroupNorm(torch.rand([2, 4]), null, null, 2, 4, 1, 0, 1e-5),
  ],
  [
    'lstm of no sequences',
    'batchSizes',
    () =>
      torch.lstm(
        torch.rand([1, 2]),
        torch.tensor([]).to('int64'),
        [torch.rand([1, 1, 2]), torch.rand([1, 1, 2])],
        [],
        false,
        1,
        0,
        false,
        false,
      ),
  ],
  [
    'newZeros of a tensor in the layout of oneDNN',
    'self',
    () => torch.ones([1, 2, 2, 1]).toMkldnn().newZeros([1, 2, 2, 1], { dtype: 'float64' }),
  ],
  [
    'newEmpty of one',
    'self',
    () => torch.ones([1, 2, 2, 1]).toMkldnn().newEmpty([1, 2, 2, 1], { dtype: 'bfloat16' }),
  ],
  [
    'set_ of another dtype',
    'source',
    () => torch.ones([2]).set_(torch.ones([2], { dtype: 'int64' })),
  ],
  [
    'sparseCooTensor',
    'indices\\[0\\]',
    () => torch.sparseCooTensor(torch.tensor([[1_000_000_000n]]), torch.rand([1]), [2]),
  ],
  [
    'sparseCooTensor with an index beyond its own dimension',
    'indices\\[1\\]',
    () => torch.sparseCooTensor(torch.tensor([[4n], [2n]]), torch.rand([1]), [5, 2]),
  ],
  [
    'copy to a compressed tensor',
    'self',
    () =>
      torch
        .rand([2, 2])
        .toSparseCsr()
        .copy(torch.rand([2, 2])),
  ],
  [
    'special.laguerrePolynomialL',
    'n',
    () => torch.special.laguerrePolynomialL(torch.rand([2]), 1e12),
  ],
  ['toMkldnn of no elements', 'self', () => torch.zeros([3, 0, 2]).toMkldnn()],
  [
    'chooseQparamsOptimized',
    'nBins',
    () => torch.chooseQparamsOptimized(torch.rand([4]), 4, -1, 0.16, 8),
  ],
  [
    'chooseQparamsOptimized',
    'ratio',
    () => torch.chooseQparamsOptimized(torch.rand([4]), 4, 3, 1e308, 8),
  ],
  [
    'lstm without weights',
    'params',
    () => {
      const states = [torch.zeros([3, 2, 4]), torch.zeros([3, 2, 4])];
      return torch.lstm(torch.rand([5, 2, 4]), states, [], false, 3, 0, false, true, false);
    },
  ],
  [
    'gru of no layers',
    'numLayers',
    () => torch.gru(torch.rand([5, 2, 4]), none, [none], false, 0, 0, false, false, false),
  ],
  [
    'slowConv3d',
    'kernelSize',
    () => torch.slowConv3d(torch.ones([2, 3, 4, 4, 4]), torch.ones([5, 3, 3, 3, 3]), [3, 3, 1]),
  ],
  [
    'slowConvTranspose2d',
    'kernelSize',
    () => torch.slowConvTranspose2d(torch.ones([2, 3, 4, 4]), torch.ones([3, 5, 3, 3]), 5),
  ],
  [
    'slowConvTranspose3d',
    'kernelSize',
    () => {
      const weight = torch.ones([3, 5, 3, 3, 3]);
      return torch.slowConvTranspose3d(torch.ones([2, 3, 4, 4, 4]), weight, [0, 3, 3]);
    },
  ],
  [
    'mkldnnLinear with a bias of other outputs',
    'bias',
    () => {
      const weight = torch.ones([2, 4]);
      return torch
        .rand([3, 4])
        .toMkldnn()
        .mkldnnLinear(weight, torch.ones([5, 1, 1, 1]));
    },
  ],
  [
    'mkldnnLinear with a weight of no dimensions',
    'weight',
    () => torch.rand([1, 8, 1, 1]).toMkldnn().mkldnnLinear(torch.tensor(1)),
  ],
  [
    'copy of an opaque tensor',
    'self',
    () =>
      torch
        .rand([4])
        .toMkldnn()
        .copy(torch.rand([4])),
  ],
  [
    'indexCopy_ of an opaque tensor',
    'source',
    () => torch.rand([4]).indexCopy_(0, places, opaque()),
  ],
  ['indexAdd_ of an opaque tensor', 'source', () => torch.rand([4]).indexAdd_(0, places, opaque())],
  [
    'indexReduce_ of an opaque tensor',
    'source',
    () => torch.rand([4]).indexReduce_(0, places, opaque(), 'amax'),
  ],
  ['scatter_ of an opaque tensor', 'src', () => torch.rand([4]).scatter_(0, places, opaque())],
  [
    'scatterAdd_ of an opaque tensor',
    'src',
    () => torch.rand([4]).scatterAdd_(0, places, opaque()),
  ],
  [
    'scatterReduce_ of an opaque tensor',
    'src',
    () => torch.rand([4]).scatterReduce_(0, places, opaque(), 'sum'),
  ],
  ['conv1d of a sparse tensor', 'weight', () => torch.conv1d(x, torch.rand([2, 2, 1]).toSparse())],
  [
    'scaledDotProductAttention of keys without heads for queries that share them',
    'key',
    () => scaled(torch.ones([4, 2, 5, 8]), torch.ones([4, 0, 5, 8]), torch.ones([4, 2, 5, 8])),
  ],
  [
    'the same of values',
    'value',
    () => scaled(torch.ones([4, 2, 5, 8]), torch.ones([4, 2, 5, 8]), torch.ones([4, 0, 5, 8])),
  ],
  [
    'pdist of no rows with gradients',
    'self',
    () => torch.zeros([0, 4]).requiresGrad_().pdist().sum().backward(),
  ],
  ['attention of no heads', 'heads', () => torch.attention(x, x, x, { heads: 0 })],
  [
    'attention of many heads without columns',
    'heads',
    () => torch.attention(none, none, none, { heads: 2 ** 30 }),
  ],
  [
    'attention of no heads, composed',
    'heads',
    () => torch.attention(x.to('float16'), x.to('float16'), x.to('float16'), { heads: 0 }),
  ],
  [
    'convMax of filters without width',
    'weight',
    () => torch.convMax(torch.rand([1, 2, 3, 4]), torch.rand([1, 2, 0]), torch.rand([1, 2])),
  ],
  [
    'convMax of steps without size',
    'x',
    () => torch.convMax(torch.rand([1, 2, 3, 0]), torch.rand([1, 2, 4]), torch.rand([1, 2])),
  ],
])('%s is refused for its %s', (_, name, call) => {
  expect(call).toThrow(refused(name));
});

test('what libtorch survives is not refused', () => {
  const nothing = ints().long();
  const [bags] = torch.embeddingBag(torch.rand([4, 3]), nothing, nothing);
  expect(bags.shape).toEqual([0, 3]);
  const [ended] = torch.embeddingBag(torch.rand([4, 3]), nothing, ints(0).long(), {
    includeLastOffset: true,
  });
  expect(ended.shape).toEqual([0, 3]);
  expect(x.adaptiveMaxPool2d([1000, 0])[0].shape).toEqual([1, 1000, 0]);
  expect(x.adaptiveMaxPool2d([1, 2])[0].shape).toEqual([1, 1, 2]);
  const wide = torch.rand([1, 2, 2048]);
  expect(torch.attention(wide, wide, wide, { heads: 2048 }).shape).toEqual([1, 2, 2048]);
  expect(torch.attention(none, none, none, { heads: 2 }).shape).toEqual([4, 5, 0]);
  expect(torch.conv1d(x, torch.rand([2, 2, 3]), null, 1, 'same').shape).toEqual([1, 2, 5]);
  expect(x.maxPool1d(2).shape).toEqual([1, 2, 2]);
  const [out] = torch.nativeBatchNorm(x, null, null, null, null, true, 0.1, 1e-5);
  expect(out.shape).toEqual([1, 2, 5]);
  const sparse = torch.sparseCooTensor(torch.tensor([[1n]]), torch.tensor([2]), [2]);
  expect(sparse.toDense().tolist()).toEqual([0, 2]);
  expect(torch.special.laguerrePolynomialL(torch.tensor([0.5]), 1).tolist()).toEqual([0.5]);
});

test('indices without columns have no ranges to look at, however many rows there are', () => {
  expect(() => torch.sparseCooTensor(torch.zeros([2 ** 33, 0]).long(), torch.ones(0))).toThrow(
    TorchError,
  );
});

test('convolutions take tensors in the layout of oneDNN', () => {
  const image = torch.rand([1, 2, 5, 5], { generator: torch.generator(1) });
  const weight = torch.rand([3, 2, 3, 3], { generator: torch.generator(2) });
  const expected = torch.conv2d(image, weight);
  const [x, w] = [image.toMkldnn(), weight.toMkldnn()];
  expect(torch.conv2d(x, w).toDense().allclose(expected, 1e-5, 1e-6)).toBe(true);
  expect(torch.conv2d(x, weight).toDense().allclose(expected, 1e-5, 1e-6)).toBe(true);
});

test.each(['fbgemm_pack_gemm_matrix_fp16', 'quantized_lstm_cell', 'reflection_pad1d_backward'])(
  '%s cannot be called',
  (name) => {
    expect(() => aten(name, x)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_NOT_IMPLEMENTED' }),
    );
  },
);

test('lists longer than any that is meant are refused before they are looked at', () => {
  const endless = new Array(2 ** 32 - 1);
  const calls = [
    () => torch.cat(endless),
    () => torch.zeros(endless),
    () => aten('index', x, endless),
    () => torch.broadcastShapes(endless),
  ];
  for (const call of calls) {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }));
  }
});
