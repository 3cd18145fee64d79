import { torch } from '../../../lib/torch';

const aten = (name: string, ...args: unknown[]): unknown => torch.ops.aten?.[name]?.(...args);
const ones = (...shape: number[]) => torch.ones(shape);
const ids = (shape: number[], value: number) => torch.full(shape, value).to('int64');

// Each of these calls ends a process where it reaches libtorch.
test.each<[string, string, unknown[]]>([
  [
    'fractional_max_pool2d_backward',
    'fractionalMaxPool2dBackward',
    [ones(1, 1, 2, 2), ones(1, 1, 4, 4), [2, 2], [], ids([1, 1, 2, 2], 0)],
  ],
  [
    'fractional_max_pool3d_backward',
    'fractionalMaxPool3dBackward',
    [ones(1, 1, 2, 2, 2), ones(1, 1, 4, 4, 4), [2, 2, 2], [2, 2, 2], ids([0], 0)],
  ],
  ['reflection_pad1d_backward', 'reflectionPad1dBackward', [ones(1, 5), ones(9, 3), [1, 1]]],
  [
    'reflection_pad2d_backward',
    'reflectionPad2dBackward',
    [ones(1, 5, 5), ones(9, 3, 3), [1, 1, 1, 1]],
  ],
  ['trace_backward', 'traceBackward', [ones(), [3, 3]]],
])('%s cannot be called, and is no function of torch', (name, camel, args) => {
  expect(Reflect.has(torch, camel)).toBe(false);
  expect(() => aten(name, ...args)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_NOT_IMPLEMENTED' }),
  );
});

test('max_pool2d_with_indices_backward is refused for indices outside of its input', () => {
  const args = [ones(1, 1, 2, 2), ones(1, 1, 4, 4), [2, 2], [2, 2], [0, 0], [1, 1], false];
  expect(() => aten('max_pool2d_with_indices_backward', ...args, ids([1, 1, 2, 2], 1e9))).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^ERR_TORCH_/) }),
  );
});

test('rnnTanh of no sequences is refused for its batchSizes', () => {
  const weights = [ones(2, 2), ones(2, 2)];
  const none = torch.tensor([]).to('int64');
  expect(() =>
    torch.rnnTanh(ones(1, 2), none, ones(1, 1, 2), weights, false, 1, 0, false, false),
  ).toThrow(/Expected .+ for batchSizes but received .+/);
});
