import { ArgumentRangeError } from '../../../../lib/errors';
import { torch } from '../../../../lib/torch';

const draw = (...shape: number[]) => torch.rand(shape, { generator: torch.generator(1) });

test.each(['uint8', 'int8', 'bfloat16', 'float16'] as const)('zero_ in %s is refused', (dtype) => {
  const x = torch.ones([5, 8]).to(dtype).toMkldnn();
  const refused = expect.objectContaining({
    code: 'ERR_TORCH_NOT_IMPLEMENTED',
    message: expect.stringMatching(/layout of oneDNN .* float32 only/),
  });
  expect(() => x.zero_()).toThrow(refused);
  // An operator that starts from zeros like its argument.
  expect(() => x.diagEmbed()).toThrow(refused);
  expect(x.toDense().sum().item()).toBe(40);
});

test('zero_ in float32', () => {
  const x = torch.ones([5, 8]).toMkldnn();
  expect(x.zero_().toDense().tolist()).toEqual(torch.zeros([5, 8]).tolist());
});

test.each([
  ['sparse.mm of no columns', 'sparse', () => torch.sparse.mm(draw(2, 3).toMkldnn(), draw(3, 0))],
  [
    'sparse.mm of no rows',
    'sparse',
    () => torch.sparse.mm(draw(1, 4, 1).toMkldnn(), draw(0, 4, 0)),
  ],
  [
    'averages of windows that go beyond the padding',
    'ceilMode',
    () => torch.avgPool3d(draw(1, 2, 5, 5, 5).toMkldnn(), 2, { stride: 2, ceilMode: true }),
  ],
  [
    'the same of images',
    'ceilMode',
    () => torch.avgPool2d(draw(1, 2, 5, 5).toMkldnn(), 2, { stride: 2, ceilMode: true }),
  ],
])('%s: an opaque %s is refused', (_, name, call) => {
  expect(call).toThrow(ArgumentRangeError);
  expect(call).toThrow(new RegExp(`Expected .* for ${name} but received`));
});

describe.each([
  [1, [1, 4, 4], [4, 4, 3]],
  [2, [1, 4, 4, 4], [4, 4, 3, 3]],
  [3, [1, 4, 4, 4, 4], [4, 4, 3, 3, 3]],
] as const)('transposed convolutions of %i dimensions', (dims, shape, kernel) => {
  const x = draw(...shape);
  const weight = draw(...kernel);
  const convolve = torch[`convTranspose${dims}d`];

  test('refuse opaque weights, which are read as if they were not transposed', () => {
    const calls = [
      () => convolve(x.toMkldnn(), weight.toMkldnn()),
      () => convolve(x, weight.toMkldnn()),
      () => {
        const [ones, zeros] = [new Array(dims).fill(1), new Array(dims).fill(0)];
        return torch.convolution(
          ...([x.toMkldnn(), weight.toMkldnn(), null, ones, zeros, ones, true, zeros, 1] as const),
        );
      },
    ];
    for (const call of calls) {
      expect(call).toThrow(/Expected a strided tensor for weight but received an opaque one/);
    }
  });

  test('take an opaque input', () => {
    const expected = convolve(x, weight);
    expect(convolve(x.toMkldnn(), weight).toDense().allclose(expected, 1e-5, 1e-5)).toBe(true);
  });
});

test('averages of opaque images where every window is whole', () => {
  const x = draw(1, 2, 4, 4);
  const expected = torch.avgPool2d(x, 2);
  expect(torch.avgPool2d(x.toMkldnn(), 2).toDense().allclose(expected)).toBe(true);
});
