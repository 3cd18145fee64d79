import { loadNative } from '../../../lib/native';
import { torch } from '../../../lib/torch';

const argument = expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' });

/** Bytes whose memory goes when the shape is read. */
function shrinking(size: number): { data: Uint8Array; shape: number[] } {
  const buffer = Reflect.construct(ArrayBuffer, [size, { maxByteLength: size }]) as ArrayBuffer;
  const shape = Object.defineProperty([0], 0, {
    get: () => {
      Reflect.apply(Reflect.get(buffer, 'resize') as () => void, buffer, [0]);
      return size;
    },
  });
  return { data: new Uint8Array(buffer).fill(7), shape };
}

test('a getter in the shape that resizes the buffer has nothing read that is gone', () => {
  const own = shrinking(2 ** 24);
  expect(() => loadNative().fromBytes(own.data, 'uint8', own.shape)).toThrow(argument);
  const other = shrinking(2 ** 24);
  expect(() => torch.tensor(other.data, { shape: other.shape })).toThrow(argument);
});
