import { type Tensor, TorchError } from '../../lib';
import { nextTurn } from '../../lib/next-turn';
import { torch } from '../../lib/torch';

const x = torch.tensor([1, 2, 3]);

/** The file and line of the call. */
function here(_made: unknown): string {
  const line = new Error().stack?.split('\n')[2] ?? '';
  return /\((.*):\d+\)$/.exec(line)?.[1] ?? line;
}

const failure = (fn: () => unknown): TorchError => {
  try {
    fn();
  } catch (error) {
    if (error instanceof TorchError) return error;
    throw error;
  }
  throw new Error('Expected a failure');
};

describe('code that frees what it makes', () => {
  test('passes, by scopes, by dispose and by using', () => {
    const mean = torch.assertNoLeaks(() => {
      const sum = torch.scope(() => x.add(1).mul(2).sum());
      const value = sum.item();
      sum.dispose();
      return value;
    });
    expect(mean).toBe(18);
    expect(torch.leaks(() => torch.scope(() => void x.add(1)))).toEqual({
      result: undefined,
      tensors: 0,
      bytes: 0,
      made: [],
    });
  });

  test('may return tensors: alone, in trees, in objects of classes, in maps and sets', () => {
    class Model {
      readonly weight = x.add(1);
      readonly self = this;
    }
    const makers: (() => unknown)[] = [
      () => x.add(1),
      () => [{ deep: [x.add(1)] }],
      () => new Model(),
      () => new Map([['a', new Set([x.add(1)])]]),
      () => new Map([[x.add(1), 'a']]),
    ];
    for (const make of makers) expect(torch.leaks(make).tensors).toBe(0);
    const { result } = torch.leaks(() => new Model());
    expect(result.weight.tolist()).toEqual([2, 3, 4]);
  });

  test('may dispose of and hand on what was made before', () => {
    const before = x.add(1);
    const held: Tensor[] = [];
    torch.assertNoLeaks(() => {
      held.push(x);
      before.dispose();
    });
    expect(held[0]).toBe(x);
  });
});

describe('code that leaks', () => {
  test('is told how much it left, what, and where it was made', () => {
    const cache: Tensor[] = [];
    const places: string[] = [];
    const found = torch.leaks(() => {
      places.push(here(cache.push(x.add(1))));
      cache.push(torch.scope(() => torch.zeros([2, 4], { dtype: 'int64' }).add(1n)));
      return x.mul(2);
    });
    expect(found).toMatchObject({ tensors: 2, bytes: 12 + 64 });
    expect(found.result.tolist()).toEqual([2, 4, 6]);
    expect(found.made).toMatchObject([
      { shape: [3], dtype: 'float32' },
      { shape: [2, 4], dtype: 'int64' },
    ]);
    expect(places[0]).toMatch(/leaks\.test\.ts:\d+$/);
    expect(found.made[0]?.place?.replace(/:\d+$/, '')).toBe(places[0]);
    expect(found.made[0]?.stack).toContain('leaks.test.ts');
    expect(found.made[0]?.stack).not.toContain('dispatch.ts');
  });

  test('is refused with each place once', () => {
    const error = failure(() =>
      torch.assertNoLeaks(() => {
        for (let i = 0; i < 3; i++) x.add(i);
        torch.zeros([], { dtype: 'bool' });
      }),
    );
    expect(error.code).toBe('ERR_TORCH_LEAK');
    expect(error.message).toMatch(
      /^Expected fn to free or return every tensor that it makes, but 4 tensors are left \(37 bytes\):\n {2}3 × float32 \[3\] made at \/.*leaks\.test\.ts:\d+:\d+\n {2}bool \[\] made at .*leaks\.test\.ts:\d+:\d+$/,
    );
  });

  test('is refused with twenty places at most', () => {
    const makers = Array.from({ length: 25 }, (_, i) => () => torch.zeros([i]));
    const { message } = failure(() =>
      torch.assertNoLeaks(() => makers.forEach((make) => void make())),
    );
    expect(message.split('\n')).toHaveLength(22);
    expect(message).toMatch(/\n {2}and 5 more places$/);
    const twenty = failure(() =>
      torch.assertNoLeaks(() => makers.slice(5).forEach((make) => void make())),
    );
    expect(twenty.message.split('\n')).toHaveLength(21);
    expect(twenty.message).not.toContain('more places');
  });

  test('leaks the same tensors whether in a scope or not, each counted once', () => {
    const leak = (): number => torch.leaks(() => torch.scope(() => [x.add(1)]).length).tensors;
    expect(leak()).toBe(1);
    expect(torch.scope(leak)).toBe(1);
    expect(torch.scope(() => torch.scope(leak))).toBe(1);
  });

  test('has no bytes told for sparse tensors', () => {
    const matrix = torch.ones([2, 3]);
    const found = torch.leaks(() => void matrix.toSparse());
    expect(found).toMatchObject({ tensors: 1, bytes: 0 });
  });

  test('is not forgiven since the collector would come', () => {
    const made = torch.leaks(() => {
      for (let i = 0; i < 3000; i++) x.add(1);
    });
    expect(made.tensors).toBe(3000);
  });
});

test('what was freed long ago is forgotten', () => {
  const found = torch.leaks(() => {
    for (let i = 0; i < 5000; i++) torch.scope(() => void x.add(1));
    x.add(7);
  });
  expect(found.tensors).toBe(1);
});

test('counts nothing of what vmap makes for itself', () => {
  const found = torch.leaks(() =>
    torch.vmap((row: Tensor) => row.mul(2).sum())(torch.ones([4, 3])),
  );
  expect(found.made.map(({ shape }) => shape)).toEqual([[4, 3]]);
});

test('errors pass, and end the check', () => {
  expect(() =>
    torch.assertNoLeaks(() => {
      x.add(1);
      throw new Error('mine');
    }),
  ).toThrow('mine');
  expect(() => torch.leaks(Object(1))).toThrow('Expected a function for fn');
  expect(torch.leaks(() => 1).tensors).toBe(0);
});

test('checks nest: what stays inside counts outside too', () => {
  let inner = 0;
  const outer = torch.leaks(() => {
    x.add(1);
    inner = torch.leaks(() => {
      x.add(2);
      return x.add(3);
    }).tensors;
    x.add(4);
  });
  expect([inner, outer.tensors]).toEqual([1, 4]);
});

describe('asynchronous code', () => {
  test('is checked until its promise is settled', async () => {
    const found = await torch.leaks(async () => {
      await nextTurn();
      x.add(1);
      const sum = x.sum();
      await nextTurn();
      return { sum };
    });
    expect(found.tensors).toBe(1);
    expect(found.made[0]?.place).toContain('leaks.test.ts');
    expect(found.result.sum.item()).toBe(6);
    const value = await torch.assertNoLeaks(async () => {
      await nextTurn();
      return torch.scope(() => x.sum().item());
    });
    expect(value).toBe(6);
  });

  test('fails by its promise', async () => {
    const check = torch.assertNoLeaks(async () => {
      await nextTurn();
      x.add(1);
    });
    await expect(check).rejects.toMatchObject({
      code: 'ERR_TORCH_LEAK',
      message: expect.stringContaining('1 tensor is left (12 bytes)'),
    });
    await expect(
      torch.leaks(async () => {
        await nextTurn();
        throw new Error('mine');
      }),
    ).rejects.toThrow('mine');
  });

  test('is charged for what goes on where a check inside has ended', async () => {
    const { tensors } = await torch.leaks(async () => {
      const going: Promise<void>[] = [];
      const inner = torch.leaks(() => {
        going.push(nextTurn().then(() => void x.add(1)));
      });
      await Promise.all(going);
      return inner.tensors;
    });
    expect(tensors).toBe(1);
  });

  test('is not charged for what runs beside it', async () => {
    const beside = (async () => {
      for (let i = 0; i < 5; i++) {
        await nextTurn();
        x.add(i);
      }
    })();
    const work = (count: number) =>
      torch.leaks(async () => {
        for (let i = 0; i < count; i++) {
          await nextTurn();
          x.add(i);
        }
      });
    const [two, four] = await Promise.all([work(2), work(4), beside]);
    expect([two.tensors, four.tensors]).toEqual([2, 4]);
  });
});
