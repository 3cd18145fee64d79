import { type Tensor, torch } from '../../lib/torch';
import * as all from '../../lib/torch';

const JUNK: readonly unknown[] = [undefined, null, {}, [], 'x', Number.NaN, -1, () => 0, Symbol('x')];
const x = torch.ones([2, 2]);

/** What is thrown without a code: errors of JavaScript itself, which say nothing to a caller. */
function raw(call: () => unknown): string | undefined {
  try {
    torch.scope(() => {
      const result = call();
      // What comes asynchronously is refused there.
      if (result instanceof Promise) result.catch(() => undefined);
      return undefined;
    });
  } catch (error) {
    if (typeof (error as { code?: unknown } | null)?.code !== 'string') return String(error);
  }
  return undefined;
}

function rawErrors(name: string, fn: (...args: unknown[]) => unknown): string[] {
  const calls = [[], ...JUNK.map((one) => [one]), ...JUNK.map((one) => [x, one])];
  return calls.flatMap((args) => {
    const found = raw(() => fn(...args));
    return found === undefined ? [] : [`${name}(${args.map((a) => typeof a).join(', ')}): ${found}`];
  });
}

// Those that change what other tests run in.
const SPARED = /^(?:setNumThreads|setMemoryLimit|setFloat32MatmulPrecision|useDeterministic|ops$|cuda$)/;

test('functions of torch refuse junk by errors with a code', () => {
  const found = Object.entries(torch)
    .filter(([name, fn]) => typeof fn === 'function' && !SPARED.test(name))
    .flatMap(([name, fn]) => rawErrors(name, fn as (...args: unknown[]) => unknown));
  expect(found).toEqual([]);
});

test('functions beside torch do too', () => {
  const found = Object.entries(all)
    .filter(([name, fn]) => typeof fn === 'function' && !['Tensor', 'Generator'].includes(name))
    .flatMap(([name, fn]) => rawErrors(name, fn as (...args: unknown[]) => unknown));
  expect(found).toEqual([]);
});

test('methods of tensors do too', () => {
  const names = Object.getOwnPropertyNames(all.Tensor.prototype).filter(
    (name) => typeof Object.getOwnPropertyDescriptor(all.Tensor.prototype, name)?.value === 'function',
  );
  const found = names
    .filter((name) => !['constructor', 'dispose'].includes(name))
    .flatMap((name) =>
      rawErrors(name, (...args) => {
        const own: Tensor = x.clone();
        return Reflect.apply(Reflect.get(own, name), own, args);
      }),
    );
  expect(found).toEqual([]);
});
