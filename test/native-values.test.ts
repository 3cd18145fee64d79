import { loadNative } from '../lib/native';
import { torch } from '../lib/torch';
import { handleOf } from '../lib/torch/handle';

const native = loadNative();
const argument = expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' });

test('handles are integers of the table: nothing else stands for a tensor', () => {
  const handle = handleOf(torch.ones([2]));
  expect(native.shapeOf(handle)).toEqual([2]);
  const forged = [
    Number.NaN,
    handle + 0.5,
    handle + 2 ** 32,
    handle - 2 ** 32,
    Number.POSITIVE_INFINITY,
  ];
  for (const other of forged) {
    expect(() => native.shapeOf(other)).toThrow(argument);
    expect(() => native.release(other)).toThrow(argument);
    expect(() => native.dispatch(other)).toThrow(argument);
  }
  expect(native.shapeOf(handle)).toEqual([2]);
});

test.each(['fromBytes', 'shareBytes'] as const)('%s reads the shape before the bytes', (name) => {
  const data = new Uint8Array(new ArrayBuffer(4));
  const shape = Object.defineProperty([0], 0, {
    get: () => {
      structuredClone(data.buffer, { transfer: [data.buffer] });
      return 4;
    },
  });
  expect(() => native[name](data, 'uint8', shape)).toThrow(argument);
});

test('threads beyond what a process can have are refused natively too', () => {
  expect(() => native.setNumThreads(1e9)).toThrow(argument);
  expect(() => native.setNumThreads(0)).toThrow(argument);
});
