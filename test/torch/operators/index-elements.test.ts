import { type TensorIndex, torch } from '../../../lib/torch';

const x = torch.tensor([10, 20, 30]);

test.each<[string, unknown]>([
  ['undefined among integers', [0, undefined, 2]],
  ['undefined first', [undefined, 1]],
  ['undefined among booleans', [true, undefined, false]],
  [
    'undefined deeper inside',
    [
      [0, 1],
      [undefined, 2],
    ],
  ],
])('%s in a list of indices is refused', (_, index) => {
  for (const call of [
    () => x.index([index as TensorIndex]),
    () => x.indexPut([index as TensorIndex], 1),
  ]) {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' }));
    expect(call).toThrow('received undefined');
  }
});
