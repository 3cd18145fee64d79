import { releaseAll, shareAll, takeAll } from '../../../lib/serve/workers/shared-tree';
import { torch } from '../../../lib/torch';

const value = () => ({
  x: torch.arange(6).view([2, 3]),
  list: [torch.ones([2]), 'text', null],
  keys: Uint32Array.of(1, 2),
  nested: { y: torch.tensor(3), flag: true, nothing: undefined },
});

test('tensors become tokens and back, on the same memory; the rest stays', () => {
  const given = value();
  const shared = shareAll(given);
  expect(structuredClone(shared)).toEqual(shared);
  const taken = takeAll(shared);
  expect(taken.x.equal(given.x)).toBe(true);
  given.x.fill_(7);
  expect(taken.x.tolist()).toEqual(given.x.tolist());
  expect(taken.list.slice(1)).toEqual(['text', null]);
  expect(taken.keys).toEqual(Uint32Array.of(1, 2));
  expect([taken.nested.flag, taken.nested.nothing]).toEqual([true, undefined]);
  releaseAll(shared);
  expect(() => takeAll(shared)).toThrow('released');
});

test('tokens for one use are gone after it', () => {
  const shared = shareAll({ x: torch.ones([1]) }, 1);
  takeAll(shared).x.dispose();
  expect(() => takeAll(shared)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }));
});
