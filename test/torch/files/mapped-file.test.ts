import { readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  openSafetensors,
  readSafetensors,
  writeSafetensors,
} from '../../../lib/torch/files/safetensors';
import { DTYPES, type Dtype, torch } from '../../../lib/torch/index';
import { safetensorsBytes } from '../../helpers/files/safetensors-bytes';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();
const STORABLE = DTYPES.filter((dtype) => dtype !== 'complex128');
const MAPPED = { mmap: true };

const held = (): number => torch.memoryStats().allocatedBytes;

test('maps every dtype and shape as reading copies it', () => {
  const path = join(folder(), 'x.safetensors');
  const shape = fc.array(fc.nat(5), { maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(shape, fc.constantFrom(...STORABLE)), { maxLength: 6 }),
      (all) => {
        torch.scope(() => {
          const generator = torch.generator(all.length);
          const tensors = Object.fromEntries(
            all.map(([size, dtype], i) => [`t${i}`, made(size, dtype, generator)]),
          );
          writeSafetensors(path, tensors);
          const copied = readSafetensors(path).tensors;
          const mapped = readSafetensors(path, MAPPED).tensors;
          expect(Object.keys(mapped).sort()).toEqual(Object.keys(tensors).sort());
          for (const [name, copy] of Object.entries(copied)) {
            expect(mapped[name]?.dtype).toBe(copy.dtype);
            expect(mapped[name]?.shape).toEqual(copy.shape);
            expect(mapped[name]?.data()).toEqual(copy.data());
          }
        });
      },
    ),
    { numRuns: 40 },
  );
});

function made(size: number[], dtype: Dtype, generator: ReturnType<typeof torch.generator>) {
  const values = torch.randint(0, 100, size, { generator });
  return dtype === 'bool' ? values.gt(50) : values.to('float32').to(dtype);
}

test('tensors take no memory of their own, and outlive the file that was opened', () => {
  const path = join(folder(), 'x.safetensors');
  writeSafetensors(path, { a: torch.arange(10_000), b: torch.ones([3]) });
  const before = held();
  const file = openSafetensors(path, MAPPED);
  const a = file.tensor('a');
  expect(held()).toBe(before);
  file.close();
  expect(a.sum().itemBigInt()).toBe(49_995_000n);
  expect(() => file.tensor('b')).toThrow('it has been closed');
});

test('what is written to a tensor stays in memory', () => {
  const path = join(folder(), 'x.safetensors');
  writeSafetensors(path, { a: torch.zeros([4]) });
  const bytes = readFileSync(path);
  using file = openSafetensors(path, MAPPED);
  const a = file.tensor('a');
  a.fill_(7);
  expect(a.tolist()).toEqual([7, 7, 7, 7]);
  expect(file.tensor('a').tolist()).toEqual([0, 0, 0, 0]);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test('a tensor keeps its numbers when the file is replaced', () => {
  const path = join(folder(), 'x.safetensors');
  writeSafetensors(path, { a: torch.arange(5000) });
  const { a } = readSafetensors(path, MAPPED).tensors;
  writeSafetensors(path, { a: torch.zeros([1]) });
  renameSync(path, `${path}.old`);
  expect(a?.sum().itemBigInt()).toBe(12_497_500n);
});

test('elements that the file does not align are copied', () => {
  const path = join(folder(), 'x.safetensors');
  const json =
    '{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"f":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}';
  writeFileSync(path, safetensorsBytes(json, Buffer.from('05' + '0000803f' + '00000040', 'hex')));
  const { b, f } = readSafetensors(path, MAPPED).tensors;
  expect(b?.tolist()).toEqual([5]);
  expect(f?.tolist()).toEqual([1, 2]);
});

test('refuses booleans of other bytes, a file that has become shorter, and unknown options', () => {
  const path = join(folder(), 'x.safetensors');
  const json = '{"b":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}';
  writeFileSync(path, safetensorsBytes(json, Buffer.from([1, 2])));
  const refused = expect.objectContaining({ code: 'ERR_TORCH_FILE', path });
  expect(() => readSafetensors(path, MAPPED)).toThrow(refused);
  writeSafetensors(path, { a: torch.ones([4096]) });
  using file = openSafetensors(path, MAPPED);
  truncateSync(path, 4096);
  expect(() => file.tensor('a')).toThrow(refused);
  expect(() => file.tensor('a')).toThrow('the file has become shorter');
  expect(() => openSafetensors(path, { map: true } as never)).toThrow(
    'Unknown option map; expected mmap',
  );
  expect(() => openSafetensors(path, { mmap: 1 } as never)).toThrow('Expected a boolean for mmap');
});
