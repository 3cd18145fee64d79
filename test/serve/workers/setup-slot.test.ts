import { SetupSlot } from '../../../lib/serve/workers/setup-slot';

test('what is put is taken from the same memory, also when it was there before', () => {
  const slot = new SetupSlot<{ names: readonly string[]; big: bigint }>();
  const other = new SetupSlot<unknown>(slot.memory);
  const setup = {
    names: Array.from({ length: 10_000 }, (_, i) => `weight ${i} ü`),
    big: 2n ** 60n,
  };
  slot.put(setup);
  expect(other.take()).toEqual(setup);
  slot.put({ names: [], big: 0n });
  expect(other.take()).toEqual({ names: [], big: 0n });
});

test('a setup that finds no room is refused', () => {
  const slot = new SetupSlot(new SharedArrayBuffer(16));
  expect(() => slot.put({ name: 'longer than that' })).toThrow('out of bounds');
});
