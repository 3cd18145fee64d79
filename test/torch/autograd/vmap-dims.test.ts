import { type Tensor, torch, type VmapOptions } from '../../../lib/torch/index';

const x = torch.ones([3, 2]);
const call = (inDims: VmapOptions['inDims'], ...args: unknown[]): unknown =>
  torch.vmap((...all: unknown[]) => all[0] as Tensor, { inDims: inDims ?? 0 })(...args);

test('refuses dimensions for arguments that are not there', () => {
  expect(() => call([0, 0], x)).toThrow("Expected no dimension for '1' of args, which has 1");
  expect(() => call([0, null], x)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }));
  expect(() => call([[0, 0]], [x])).toThrow("Expected no dimension for '1' of args[0]");
  expect(() => call([{ a: 0, b: 0 }], { a: x })).toThrow(
    "Expected no dimension for 'b' of args[0]",
  );
});

test('refuses dimensions for results that are not there', () => {
  const outDims = [0, 1];
  expect(() => torch.vmap((a: Tensor) => [a], { outDims })(x)).toThrow(
    "Expected no dimension for '1' of result, which has 1",
  );
});

test('refuses arguments and results that nest without end', () => {
  let deep: unknown = x;
  for (let level = 0; level < 20_000; level++) deep = [deep];
  const own: unknown[] = [x];
  own.push(own);
  const message = 'Expected a tree of at most 1000 levels';
  for (const endless of [deep, own]) {
    expect(() => call(0, endless)).toThrow(message);
    expect(() => torch.vmap((_: Tensor) => endless as Tensor)(x)).toThrow(message);
  }
});

describe('results without a dimension of samples', () => {
  const fn = (a: Tensor) => [a.mul(2), torch.ones([3])] as const;

  test('are those that are the same for all, also in chunks', () => {
    for (const chunkSize of [undefined, 1]) {
      const options = { outDims: [0, null], ...(chunkSize !== undefined && { chunkSize }) };
      const [each, shared] = torch.vmap(fn, options)(x);
      expect(each.shape).toEqual(x.shape);
      expect(shared.tolist()).toEqual([1, 1, 1]);
    }
  });

  test('are refused where they differ between samples', () => {
    expect(() => torch.vmap((a: Tensor) => a.mul(0), { outDims: null })(x)).toThrow(
      'a dimension for result but received null: it differs between samples',
    );
  });
});
