import { type Tensor, torch } from '../../../../lib';

const LEAST = -(2 ** 63);
const empty = (device: string): Tensor => torch.empty([0, 3], { device });
const aten = (name: string, ...args: unknown[]): unknown => torch.ops.aten?.[name]?.(...args);

type Resize = (x: Tensor, size: number[]) => unknown;

/** Operators that would give a tensor without elements any sizes, with the name of the sizes. */
const OPERATORS: readonly [string, string, Resize][] = [
  ['ops.aten.resize', 'size', (x, size) => aten('resize', x, size)],
  ['resize_', 'size', (x, size) => x.resize_(size)],
  ['asStrided', 'size', (x, size) => x.asStrided(size, [1, 1])],
  ['asStrided_', 'size', (x, size) => x.asStrided_(size, [1, 1])],
  ['asStridedCopy', 'size', (x, size) => torch.asStridedCopy(x, size, [1, 1])],
  ['asStridedScatter', 'size', (x, size) => torch.asStridedScatter(x, x, size, [1, 1])],
  ['set_', 'size', (x, size) => x.set_(x.clone(), 0, size, [1, 1])],
  ['ops.aten.resize_', 'size', (x, size) => aten('resize_', x, size)],
  ['ops.aten.sparse_resize_', 'size', (x, size) => aten('sparse_resize_', x, size, 2, 0)],
  ['repeat', 'repeats', (x, size) => x.repeat(size)],
  ['tile', 'dims', (x, size) => x.tile(size)],
];

describe.each(['cpu', 'meta'])('on %s', (device) => {
  test.each(OPERATORS)('%s refuses negative sizes of a tensor without elements', (_, name, run) => {
    for (const negative of [-3, LEAST]) {
      const x = empty(device);
      const shape = `[0, ${negative}]`;
      expect(() => run(x, [0, negative])).toThrow(
        expect.objectContaining({
          name: 'RangeError',
          message: expect.stringContaining(
            `Expected integers from 0 for ${name} but received ${shape}`,
          ),
        }),
      );
      expect(x.shape).toEqual([0, 3]);
    }
  });

  test.each<[string, Resize]>([
    ['expand', (x, size) => x.expand(size)],
    ['expandCopy', (x, size) => torch.expandCopy(x, size)],
    ['broadcastTo', (x, size) => x.broadcastTo(size)],
  ])('%s takes -1 for a size as it is, and nothing below', (_, run) => {
    const x = empty(device);
    expect((run(x, [2, -1, 3]) as Tensor).shape).toEqual([2, 0, 3]);
    for (const negative of [-3, LEAST]) {
      expect(() => run(x, [negative, 0, 3])).toThrow(
        `Expected integers from 0, or -1 for as it is, for size but received [${negative}, 0, 3]`,
      );
    }
  });
});

test('sizes from 0 are taken', () => {
  expect(torch.ones([6]).resize_([2, 3]).shape).toEqual([2, 3]);
  expect(torch.ones([6]).resize_([0]).shape).toEqual([0]);
  expect(torch.ones([2]).repeat([0]).shape).toEqual([0]);
  expect(torch.ones([2]).repeat([2, 3]).shape).toEqual([2, 6]);
});
