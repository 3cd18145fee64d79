import { torch } from '../../lib/torch';

/** Values that no argument takes, by name; `but` leaves out those that this one does take. */
export function junk(...but: string[]): [string, unknown][] {
  const all: Readonly<Record<string, unknown>> = {
    undefined: undefined,
    null: null,
    '{}': {},
    "'x'": 'x',
    NaN: Number.NaN,
    '7': 7,
    true: true,
    '[undefined]': [undefined],
    '[null]': [null],
    '[{}]': [{}],
    function: () => 1,
  };
  return Object.entries(all).filter(([name]) => !but.includes(name));
}

/**
 * Tests that `call` fails, if at all, by an error with a code, for each argument replaced by junk: some
 * junk can be meant.
 */
export function expectTyped(
  call: (...args: readonly never[]) => unknown,
  good: readonly unknown[],
): void {
  torch.scope(() => {
    for (const i of good.keys()) {
      for (const [, value] of junk()) {
        try {
          apply(call, ...good.with(i, value));
        } catch (error) {
          expect(error).toHaveProperty('code', expect.stringMatching(/^ERR_TORCH_/));
        }
      }
    }
  });
}

type Call = readonly [name: string, call: (value: unknown) => unknown, ...but: string[]];

/** Tests that each call refuses all junk by a typed error that names what it expected. */
export function itRefusesJunk(calls: readonly Call[]): void {
  test.each(calls.map((call) => [call[0], call] as const))('%s', async (_, [, call, ...but]) => {
    for (const [name, value] of junk(...but)) {
      let error: unknown = `accepted ${name}`;
      try {
        await call(value);
      } catch (thrown) {
        error = thrown;
      }
      expect([name, error]).toEqual([
        name,
        expect.objectContaining({
          code: expect.stringMatching(/^ERR_TORCH_/),
          message: expect.stringMatching(/xpected .* (but|for) |Unknown option/s),
        }),
      ]);
    }
  });
}

/** Calls what TypeScript would not allow. */
export function apply(fn: (...given: never[]) => unknown, ...given: unknown[]): unknown {
  return Reflect.apply(fn, undefined, given);
}
