import { type Tensor, torch } from '../../../../lib/torch';

const { mkldnn, onednn } = torch.ops;
const zeros = torch.zeros(4, { dtype: 'int64' });
const scale = torch.full([4], 0.5);
const bytes = torch.arange(6).view(2, 3).to('uint8');
const weight = torch.arange(12).view(4, 3).sub(5).to('int8');
const image = torch.arange(25).view(1, 1, 5, 5);

function quantized(packed: Tensor, name: string, scalars: readonly unknown[]): Tensor {
  const output = [1, 0, 'float32', name, scalars, ''];
  return onednn?.qlinear_pointwise?.(
    bytes,
    0.5,
    1,
    packed,
    scale,
    zeros,
    null,
    ...output,
  ) as Tensor;
}

function convolved(packed: Tensor): Tensor {
  const args = [[1, 1], [0, 0], [1, 1], 1, 1, 0, 'float32', 'hardtanh', [-1, 20], ''];
  const own = [scale.narrow(0, 0, 1), zeros.narrow(0, 0, 1)];
  const input = image.to('uint8');
  return onednn?.qconv2d_pointwise?.(input, 0.5, 1, packed, ...own, null, ...args) as Tensor;
}

const kernel = torch.arange(9).view(1, 1, 3, 3).sub(4).to('int8');

// The values of Python's torch 2.13.
test('packed weights are multiplied', () => {
  const packed = onednn?.qlinear_prepack?.(weight, [2, 3]) as Tensor;
  const expected = [
    [0.5, 0.5, 0.5, 0.5],
    [-4.25, -0.875, 5, 11.75],
  ];
  expect(quantized(packed, 'leaky_relu', [0.5]).tolist()).toEqual(expected);
});

test('weights that are not packed, whose memory would be read as if they were, are refused', () => {
  expect(() => quantized(weight, 'none', [])).toThrow(
    'Expected a weight of onednn.qlinear_prepack for qw but received layout strided',
  );
  expect(() => convolved(kernel)).toThrow(
    'Expected a weight of onednn.qconv_prepack for qw but received layout strided',
  );
});

describe('shapes beyond which oneDNN would read', () => {
  const linear = (input: Tensor, matrix: Tensor, bias: Tensor | null = null): unknown =>
    mkldnn?._linear_pointwise?.(input, matrix, bias, 'none', [], '');

  test.each<[string, () => unknown]>([
    [
      'a shape [out, in] for W but received [3, 2, 4]',
      () => linear(torch.ones(3, 4), torch.ones(3, 2, 4)),
    ],
    [
      'a shape [..., 3] for X but received [2, 4]',
      () => linear(torch.ones(2, 4), torch.ones(4, 3)),
    ],
    [
      'one or more dimensions for X but received []',
      () => linear(torch.ones([]), torch.ones(4, 3)),
    ],
    [
      'shape [4] for B but received [7]',
      () => linear(torch.ones(2, 3), torch.ones(4, 3), torch.ones(7)),
    ],
  ])('of a linear map: %s', (expected, run) => {
    expect(run).toThrow(`mkldnn::_linearPointwise: Expected ${expected}`);
  });

  test('of a transposed convolution', () => {
    const transposed = (matrix: Tensor): Tensor => {
      const sizes = [[0, 0], [0, 0], [1, 1], [1, 1], 1];
      const { _convolution_transpose_pointwise: run } = mkldnn ?? {};
      return run?.(image.float(), matrix, null, ...sizes, 'leaky_relu', [0.5], '') as Tensor;
    };
    const plain = torch.convTranspose2d(image.float(), kernel.float());
    expect(transposed(kernel.float()).equal(torch.leakyRelu(plain, 0.5))).toBe(true);
    expect(() => transposed(torch.ones([]))).toThrow('Expected 4 dimensions for W but received []');
  });
});

describe('a layer of an LSTM', () => {
  const [length, batch, inputs, hidden] = [3, 2, 5, 4];
  const tensors = {
    input: torch.ones([length, batch, inputs]),
    weight0: torch.full([4 * hidden, inputs], 0.1),
    weight1: torch.full([4 * hidden, hidden], 0.1),
    weight2: torch.zeros([4 * hidden]),
    weight3: torch.zeros([4 * hidden]),
    hx_: torch.zeros([1, batch, hidden]),
    cx_: torch.zeros([1, batch, hidden]),
  };
  function layer(other: Partial<typeof tensors> = {}, mode = 2, size = hidden) {
    const { input, weight0, weight1, weight2, weight3, hx_, cx_ } = { ...tensors, ...other };
    const weights = [weight0, weight1, weight2, weight3] as const;
    const flags = [true, false, false, false] as const;
    return torch.mkldnnRnnLayer(input, ...weights, hx_, cx_, false, [], mode, size, 1, ...flags);
  }

  test('gives what the operator gives', () => {
    const weights = [tensors.weight0, tensors.weight1, tensors.weight2, tensors.weight3];
    const states = [tensors.hx_, tensors.cx_];
    const expected = torch.lstm(tensors.input, states, weights, true, 1, 0, false, false, false);
    const [outputs] = layer();
    expect(outputs.sub(expected[0]).abs().max().item()).toBeLessThan(1e-6);
  });

  test.each(Object.keys(tensors))('%s of another shape is refused', (name) => {
    expect(() => layer({ [name]: torch.ones([1, 2, 3, 8]) })).toThrow(
      expect.objectContaining({
        code: 'ERR_TORCH_ARGUMENT',
        message: expect.stringContaining(`for ${name} but received`),
      }),
    );
  });

  test('other cells and states of no size are refused', () => {
    expect(() => layer({}, 3)).toThrow('2, an LSTM for mode');
    expect(() => layer({}, 2, 0)).toThrow('a positive integer for hiddenSize');
  });
});

// libtorch divides sizes by them.
describe('steps of windows that are not positive', () => {
  const image = torch.ones([4, 4, 2, 2]);
  const volume = torch.ones([4, 4, 2, 2, 2]);
  const prepack = (strides: number[]): unknown =>
    onednn?.qconv_prepack?.(
      image.to('int8'),
      torch.ones([4]),
      1,
      0,
      strides,
      [0, 0],
      [1, 1],
      1,
      [1, 4, 5, 5],
    );
  const reorder = (strides: number[]): unknown =>
    mkldnn?._reorder_convolution_weight?.(image, [0, 0], strides, [1, 1], 1, [1, 4, 5, 5]);

  test.each<[string, () => unknown]>([
    ['[0, 1]', () => image.toMkldnn().mkldnnReorderConv2dWeight(0, [0, 1])],
    ['[0]', () => image.toMkldnn().mkldnnReorderConv2dWeight(0, 0)],
    ['[1, -2]', () => image.toMkldnn().mkldnnReorderConv2dWeight(0, [1, -2])],
    ['[0, 3, 1]', () => volume.toMkldnn().mkldnnReorderConv3dWeight(0, [0, 3, 1])],
    ['[1, 0]', () => reorder([1, 0])],
    ['[0, 0]', () => prepack([0, 0])],
  ])('%s are refused', (given, call) => {
    expect(call).toThrow(`Expected positive integers for stride but received ${given}`);
  });

  test('those that are, are taken', () => {
    const { shape } = image.toMkldnn().mkldnnReorderConv2dWeight(0, [2, 1]);
    expect(shape).toEqual([4, 4, 2, 2]);
    expect((reorder([2, 2]) as Tensor).shape).toEqual([4, 4, 2, 2]);
    expect((prepack([2, 2]) as Tensor).shape).toEqual([4, 4, 2, 2]);
  });
});
