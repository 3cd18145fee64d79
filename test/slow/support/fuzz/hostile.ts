import { torch } from '../../../../lib/torch';
import type { Random } from './random';
import { randomPlan, randomTensor } from './tensors';

/** What a hostile getter throws: the caller's own error, which no code is asked of. */
export class OwnError extends Error {}

const MAKERS: readonly ((random: Random) => unknown)[] = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => Infinity,
  () => -Infinity,
  () => -0,
  () => -1,
  () => 0,
  () => 0.5,
  () => 2 ** 31,
  () => -(2 ** 31),
  () => 2 ** 32,
  () => 2 ** 53,
  () => Number.MAX_SAFE_INTEGER,
  () => 2n ** 63n - 1n,
  () => -(2n ** 63n),
  () => 2n ** 64n,
  () => 2n ** 200n,
  () => 1e308,
  () => true,
  () => '',
  () => 'float32',
  () => 'x'.repeat(100),
  () => '\u0000',
  () => '\ud800',
  () => Symbol('hostile'),
  () => [],
  () => [[]],
  () => [1, 2, 3],
  () => [1, 'a', null],
  () => new Array(3),
  () => new Array(2 ** 32 - 1),
  () => ({ length: 2 ** 32 - 1 }),
  () => cyclicArray(),
  () => cyclicObject(),
  () => deepArray(),
  () => ({}),
  () => Object.create(null),
  () => ({ re: 1, im: 2 }),
  () => ({ re: 'a', im: Number.NaN }),
  () => ({ dim: 0, keepdim: true, nonsense: 1 }),
  () => new Map([[1, 2]]),
  () => new Set([1]),
  () => new Date(0),
  () => /x/,
  () => new Float32Array(4),
  () => new BigInt64Array(2),
  () => new Uint8Array(0),
  () => new ArrayBuffer(8),
  () => new DataView(new ArrayBuffer(8)),
  () => new SharedArrayBuffer(8),
  () => () => undefined,
  () => () => 1,
  () => (x: unknown) => x,
  () => async () => 1,
  () => function* generate() {},
  () => Promise.resolve(1),
  () => class Empty {},
  () => new Proxy({}, {}),
  () => new Proxy([1, 2], {}),
  () => new Proxy({}, { get: () => 1, ownKeys: () => ['a'] }),
  () => revoked(),
  () => throwing(),
  () => torch.generator(1),
  () => torch.slice(1),
  () => torch,
  (random) => tensorOf(random),
  (random) => tensorOf(random),
  (random) => [tensorOf(random)],
  (random) => ({ a: tensorOf(random), b: [tensorOf(random)] }),
  (random) => disposingArray(random),
  (random) => disposingOptions(random),
];

/** A value that hardly any function can want. */
export function hostile(random: Random): unknown {
  return random.pick(MAKERS)(random);
}

const tensorOf = (random: Random) => randomTensor(random, randomPlan(random));

function cyclicArray(): unknown[] {
  const array: unknown[] = [1];
  array.push(array);
  return array;
}

function cyclicObject(): object {
  const object: Record<string, unknown> = { a: 1 };
  object.self = object;
  return object;
}

function deepArray(): unknown {
  let array: unknown = 1;
  for (let level = 0; level < 20_000; level++) array = [array];
  return array;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function throwing(): object {
  return {
    get dim(): number {
      throw new OwnError('a getter');
    },
    get length(): number {
      throw new OwnError('a getter');
    },
    toString(): string {
      throw new OwnError('toString');
    },
  };
}

/** An array whose second element disposes of the first as it is read. */
function disposingArray(random: Random): unknown[] {
  const first = tensorOf(random);
  const array: unknown[] = [first, tensorOf(random)];
  const second = array[1];
  Object.defineProperty(array, 1, {
    enumerable: true,
    get() {
      first.dispose();
      return second;
    },
  });
  return array;
}

function disposingOptions(random: Random): object {
  const tensor = tensorOf(random);
  return {
    weight: tensor,
    get dim() {
      tensor.dispose();
      return 0;
    },
  };
}
