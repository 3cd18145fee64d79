import { type Tensor, torch } from '../../../lib/torch';

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
