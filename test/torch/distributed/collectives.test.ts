import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { type Dtype, type ProcessGroup, type Tensor, torch } from '../../../lib/torch';
import { settledTensors } from '../../helpers/garbage';
import { groupsInOneThread } from '../../helpers/processes/process-groups';

const { join } = groupsInOneThread();
const { distributed } = torch;

/** The outcomes of a call on all ranks at once. */
function onAll<T>(groups: readonly ProcessGroup[], call: (group: ProcessGroup) => Promise<T>) {
  return Promise.all(groups.map(call));
}

/** The messages of a call that fails on all ranks. */
function refusals(
  groups: readonly ProcessGroup[],
  call: (group: ProcessGroup) => Promise<unknown>,
) {
  return onAll(groups, (group) =>
    call(group).then(
      () => 'done',
      (error: unknown) => String(error),
    ),
  );
}

const listed = (tensor: Tensor) => tensor.tolist();

describe('reductions', () => {
  test.each([1, 2, 3])(
    'allReduce of %i ranks gives the sum everywhere and keeps its input',
    async (size) => {
      const groups = await join(size);
      const own = groups.map(({ rank }) =>
        torch.tensor([
          [1, 10],
          [100, rank],
        ]),
      );
      const sums = await onAll(groups, (group) =>
        distributed.allReduceAsync(own[group.rank] as Tensor, { group }),
      );
      const ranks = (size * (size - 1)) / 2;
      for (const sum of sums) {
        expect(listed(sum)).toEqual([
          [size, 10 * size],
          [100 * size, ranks],
        ]);
      }
      expect(own.map((tensor) => Number(tensor.select(0, 1).select(0, 1).item()))).toEqual(
        [0, 1, 2].slice(0, size),
      );
    },
  );

  test('op is applied', async () => {
    const groups = await join(3);
    const all = async (op: 'product' | 'min' | 'max' | 'avg') =>
      (
        await onAll(groups, (group) =>
          distributed.allReduceAsync(torch.tensor([group.rank + 2, group.rank + 1]), { group, op }),
        )
      ).map(listed);
    expect(await all('product')).toEqual(Array(3).fill([24, 6]));
    expect(await all('min')).toEqual(Array(3).fill([2, 1]));
    expect(await all('max')).toEqual(Array(3).fill([4, 3]));
    expect(await all('avg')).toEqual(Array(3).fill([3, 2]));
  });

  test('every dtype that is accepted is summed', async () => {
    const groups = await join(2);
    const dtypes: Dtype[] = ['float64', 'float16', 'bfloat16', 'int8', 'uint8', 'int32', 'int64'];
    for (const dtype of dtypes) {
      const sums = await onAll(groups, (group) =>
        distributed.allReduceAsync(torch.tensor([1, 2 + group.rank]).to({ dtype }), { group }),
      );
      expect(sums.map((sum) => sum.dtype)).toEqual([dtype, dtype]);
      expect(sums.map((sum) => listed(sum.to({ dtype: 'float64' })))).toEqual([
        [2, 5],
        [2, 5],
      ]);
    }
  });

  test('sums of random shapes are those of the tensors, the same bits on all ranks', async () => {
    const groups = await join(3);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
        async (shape) => {
          const own = groups.map(({ rank }) =>
            torch.randn(shape, { generator: torch.generator(rank), dtype: 'float64' }),
          );
          const sums = await onAll(groups, (group) =>
            distributed.allReduceAsync(own[group.rank] as Tensor, { group }),
          );
          const expected = torch.stack(own).sum(0);
          for (const sum of sums) {
            expect(sum.shape).toEqual(shape);
            expect(sum.equal(sums[0] as Tensor)).toBe(true);
            expect(sum.allclose(expected, { rtol: 1e-14, atol: 1e-14 })).toBe(true);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('reduceScatter sums what is for each rank', async () => {
    const groups = await join(3);
    const sums = await onAll(groups, (group) =>
      distributed.reduceScatterAsync(
        [0, 1, 2].map((to) => torch.tensor([group.rank, to])),
        { group },
      ),
    );
    expect(sums.map(listed)).toEqual([
      [3, 0],
      [3, 3],
      [3, 6],
    ]);
  });
});

describe('moving', () => {
  test('allGather keeps the order of ranks', async () => {
    const groups = await join(3);
    const all = await onAll(groups, (group) =>
      distributed.allGatherAsync(torch.tensor([group.rank, 7], { dtype: 'int64' }), { group }),
    );
    const expected = [0n, 1n, 2n].map((rank) => [rank, 7n]);
    expect(all.map((tensors) => tensors.map(listed))).toEqual([expected, expected, expected]);
  });

  test('broadcast gives the numbers of src, also of views and booleans', async () => {
    const groups = await join(3);
    const all = await onAll(groups, (group) =>
      distributed.broadcastAsync(
        torch
          .arange(6)
          .add(10 * group.rank)
          .view([2, 3])
          .t(),
        {
          group,
          src: 2,
        },
      ),
    );
    expect(all.map(listed)).toEqual(
      Array(3).fill([
        [20n, 23n],
        [21n, 24n],
        [22n, 25n],
      ]),
    );
    const flags = await onAll(groups, (group) =>
      distributed.broadcastAsync(torch.tensor([group.rank === 0, false]), { group }),
    );
    expect(flags.map(listed)).toEqual(Array(3).fill([true, false]));
  });

  test('two ranks send to each other at once, by tags', async () => {
    const groups = await join(2);
    const received = await onAll(groups, async (group) => {
      const other = 1 - group.rank;
      const sent = [1, 2].map((tag) =>
        distributed.sendAsync(torch.full([3], 10 * group.rank + tag), { dst: other, tag, group }),
      );
      const got = await Promise.all(
        [1, 2].map((tag) => distributed.recvAsync({ src: other, tag, shape: [3], group })),
      );
      await Promise.all(sent);
      return got.map((tensor) => Number(tensor.select(0, 0).item()));
    });
    expect(received).toEqual([
      [11, 12],
      [1, 2],
    ]);
  });

  test('barrier holds the first until the last has come', async () => {
    const groups = await join(2);
    const order: string[] = [];
    const first = distributed.barrierAsync({ group: groups[0] }).then(() => order.push('through'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    order.push('last comes');
    await Promise.all([first, distributed.barrierAsync({ group: groups[1] })]);
    expect(order).toEqual(['last comes', 'through']);
  });

  test('nothing is left when the results are disposed of', async () => {
    const groups = await join(2);
    const before = await settledTensors();
    const all = await onAll(groups, async (group) => {
      const own = torch.ones([4]);
      const sum = await distributed.allReduceAsync(own, { group });
      own.dispose();
      return sum;
    });
    for (const sum of all) sum.dispose();
    expect(torch.memory().tensors).toBe(before);
  });
});

describe('ranks that do different things', () => {
  test.each([
    [
      'dtype',
      'float32 on rank 0 and float64 on rank 1',
      (rank: number) => torch.ones([2], { dtype: rank === 0 ? 'float32' : 'float64' }),
    ],
    [
      'shape',
      '[2] on ranks 0, 2 and [2, 1] on rank 1',
      (rank: number) => torch.ones(rank === 1 ? [2, 1] : [2]),
    ],
    ['shape', '[2] on rank 0 and [] on rank 1', (rank: number) => torch.ones(rank > 0 ? [] : [2])],
  ])('another %s is refused on all ranks: %s', async (what, words, make) => {
    const groups = await join(words.includes('2 and') ? 3 : 2);
    const all = await refusals(groups, (group) =>
      distributed.allReduceAsync(make(group.rank), { group }),
    );
    const message = `TypeError: Expected the same ${what} on all ranks for allReduce but received ${words}`;
    expect(all).toEqual(groups.map(() => message));
    const sums = await onAll(groups, (group) =>
      distributed.allReduceAsync(torch.ones([1]), { group }),
    );
    expect(sums.map(listed)).toEqual(groups.map(() => [groups.length]));
  });

  test('another call, op or source is refused on all ranks', async () => {
    const groups = await join(2);
    const one = torch.ones([1]);
    const calls = await refusals(groups, (group) =>
      group.rank === 0
        ? distributed.allReduceAsync(one, { group })
        : distributed.broadcastAsync(one, { group }),
    );
    const expected =
      'Expected the same call on all ranks for allReduce but received allReduce on rank 0 and broadcast on rank 1';
    expect(calls).toEqual(Array(2).fill(`TypeError: ${expected}`));
    const ops = await refusals(groups, (group) =>
      distributed.allReduceAsync(one, { group, op: group.rank === 0 ? 'sum' : 'max' }),
    );
    expect(ops[1]).toContain(
      'the same op on all ranks for allReduce but received sum on rank 0 and max on rank 1',
    );
    const sources = await refusals(groups, (group) =>
      distributed.broadcastAsync(one, { group, src: group.rank }),
    );
    expect(sources[0]).toContain(
      'the same src on all ranks for broadcast but received 0 on rank 0 and 1 on rank 1',
    );
  });

  test('both sides of a message learn that it does not fit, and the next one passes', async () => {
    const [first, second] = await join(2);
    const sides = await Promise.allSettled([
      distributed.sendAsync(torch.ones([2, 2]), { dst: 1, group: first }),
      distributed.recvAsync({ src: 0, shape: [4], group: second }),
    ]);
    const words = sides.map((side) => side.status === 'rejected' && String(side.reason));
    const expected =
      'TypeError: Expected the same shape on all ranks for send but received [2, 2] on rank 0 and [4] on rank 1';
    expect(words).toEqual([expected, expected]);
    const [, got] = await Promise.all([
      distributed.sendAsync(torch.tensor([5]), { dst: 1, group: first }),
      distributed.recvAsync({ src: 0, shape: [1], group: second }),
    ]);
    expect(listed(got)).toEqual([5]);
  });

  test('only the first calls are compared where a number says so', async () => {
    const groups = await join(2, { checkedCalls: 1 });
    await onAll(groups, (group) => distributed.barrierAsync({ group }));
    const sums = await onAll(groups, (group) =>
      distributed.allReduceAsync(torch.ones(group.rank === 0 ? [2, 1] : [1, 2]), { group }),
    );
    expect(sums.map(({ shape }) => shape)).toEqual([
      [2, 1],
      [1, 2],
    ]);
  });
});

describe('while a call waits', () => {
  test('the event loop and its pool of threads go on', async () => {
    const groups = await join(2);
    const waiting = Array.from({ length: 6 }, (_, tag) =>
      distributed.recvAsync({ src: 1, tag, shape: [1], group: groups[0] }),
    );
    expect(String(await readFile(__filename))).toContain('go on');
    for (let tag = 0; tag < 6; tag++) {
      await distributed.sendAsync(torch.tensor([tag]), { dst: 0, tag, group: groups[1] });
    }
    expect((await Promise.all(waiting)).map(listed)).toEqual(
      [0, 1, 2, 3, 4, 5].map((tag) => [tag]),
    );
  });

  test('abort ends the calls of all ranks with the reason', async () => {
    const groups = await join(3, { timeout: 4000 });
    const waiting = [0, 1].map((rank) => distributed.barrierAsync({ group: groups[rank] }));
    distributed.abort('the data is gone', groups[2]);
    const ends = await Promise.allSettled(waiting);
    for (const end of ends) {
      expect(end).toMatchObject({
        reason: {
          code: 'ERR_TORCH_DISTRIBUTED',
          ranks: [2],
          message: 'barrier: Rank 2 has aborted the group: the data is gone',
        },
      });
    }
    await expect(distributed.barrierAsync({ group: groups[0] })).rejects.toMatchObject({
      ranks: [2],
    });
  });
});

describe('what cannot be moved is refused before', () => {
  const refused = async (call: (group: ProcessGroup) => Promise<unknown>): Promise<string> => {
    const [group] = await join(1);
    return call(group as ProcessGroup).then(
      () => 'done',
      (error: unknown) => String(error),
    );
  };

  test.each<[string, string, (group: ProcessGroup) => Promise<unknown>]>([
    [
      'no tensor',
      'Expected a tensor for tensor',
      (group) => distributed.allReduceAsync(Object(1), { group }),
    ],
    [
      'a sparse tensor',
      'Expected a strided tensor',
      (group) => distributed.allReduceAsync(torch.ones([2]).toSparse(), { group }),
    ],
    [
      'a sum of booleans',
      'Expected float32',
      (group) => distributed.allReduceAsync(torch.tensor([true]), { group }),
    ],
    [
      'a mean of integers',
      'but received int64',
      (group) => distributed.allReduceAsync(torch.arange(2), { group, op: 'avg' }),
    ],
    [
      'complex numbers',
      'but received complex64',
      (group) => distributed.allGatherAsync(torch.ones([1], { dtype: 'complex64' }), { group }),
    ],
    [
      'another op',
      'Expected',
      (group) => distributed.allReduceAsync(torch.ones([1]), { group, op: Object('mean') }),
    ],
    [
      'a list that is too long',
      'a tensor for each of 1 ranks',
      (group) => distributed.reduceScatterAsync([torch.ones([1]), torch.ones([1])], { group }),
    ],
    [
      'a rank that is not there',
      'an integer from 0 to 0',
      (group) => distributed.broadcastAsync(torch.ones([1]), { group, src: 1 }),
    ],
    [
      'itself',
      'Expected another rank',
      (group) => distributed.sendAsync(torch.ones([1]), { group, dst: 0 }),
    ],
    [
      'an unknown option',
      'Unknown option tags',
      (group) => distributed.barrierAsync(Object({ group, tags: 1 })),
    ],
  ])('%s', async (_, words, call) => {
    expect(await refused(call)).toContain(words);
  });

  test('calls without a group', async () => {
    await expect(distributed.barrierAsync()).rejects.toMatchObject({
      code: 'ERR_TORCH_DISTRIBUTED',
    });
  });
});
