import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openNpz, readNpz, torch, writeNpz } from '../../../lib/torch/index';
import { mutateHeader } from '../../helpers/files/mutate-header';
import { npyBytes } from '../../helpers/files/npy-samples';
import { array, npzFiles } from '../../helpers/files/npz-files';
import { makeZip } from '../../helpers/files/zip';
import { numbers } from '../../helpers/numbers';

const { folder, file, zip } = npzFiles();
const fileError = (path: string) => expect.objectContaining({ code: 'ERR_TORCH_FILE', path });

const MIB = 2 ** 20;

test.each<[string, () => string, string]>([
  ['encrypted entries', () => zip({ name: 'a.npy', content: array([1]), flags: 1 }), 'encrypted'],
  [
    'strongly encrypted entries',
    () => zip({ name: 'a.npy', content: array([1]), flags: 0x41 }),
    'strong encryption',
  ],
  ['other methods', () => zip({ name: 'a.npy', content: array([1]), method: 12 }), 'method 12'],
  [
    'a name twice',
    () => zip({ name: 'a.npy', content: array([1]) }, { name: 'a.npy', content: array([2]) }),
    'each entry once but found "a.npy" twice',
  ],
  [
    'another name before the data',
    () => zip({ name: 'a.npy', localName: 'b.npy', content: array([1]) }),
    'the name "a.npy" before the entry\'s data but found "b.npy"',
  ],
  [
    'bytes that two entries share',
    () =>
      zip(
        { name: 'a.npy', content: array([1]), extraPacked: 50 },
        { name: 'b.npy', content: array([1]) },
      ),
    'an overlap: "b.npy"',
  ],
  [
    'a wrong checksum',
    () => zip({ name: 'a.npy', content: array([1]), declaredCrc: 0x1234 }),
    'the checksum 00001234 but found',
  ],
  [
    'more than is declared',
    () =>
      zip({ name: 'a.npy', content: Buffer.concat([array([1]), Buffer.of(1)]), declaredSize: 132 }),
    'Cannot read',
  ],
  [
    'less than is declared',
    () => zip({ name: 'a.npy', content: array([1]).subarray(0, 131), declaredSize: 132 }),
    '132 bytes but found 131 after inflating',
  ],
  [
    'data that its header does not tell of',
    () => zip({ name: 'a.npy', content: Buffer.concat([array([1]), Buffer.alloc(MIB)]) }),
    '4 bytes of float32 with shape [1] but found 1048580 bytes',
  ],
  [
    'sizes that deflate cannot reach',
    () => zip({ name: 'a.npy', content: array([1]), declaredSize: 0xf0000000 }),
    'at most 1032 times',
  ],
  ['no name', () => zip({ name: '', content: array([1]) }), 'a name for each entry'],
  [
    'damaged deflate',
    () => {
      const bytes = makeZip([{ name: 'a.npy', content: array([1]) }]);
      bytes[36] = 0xff;
      return file(bytes);
    },
    'Cannot read',
  ],
])('refuses %s', (_, write, message) => {
  const path = write();
  expect(() => readNpz(path)).toThrow(message);
  expect(() => readNpz(path)).toThrow(fileError(path));
});

test('inflates no more than the header of an entry that is larger than it says', () => {
  const text = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}";
  const path = zip({ name: 'a.npy', content: npyBytes(text, new Uint8Array(256 * MIB)) });
  const lazy = openNpz(path);
  const before = process.memoryUsage.rss();
  expect(() => lazy.tensor('a')).toThrow(`found ${256 * MIB} bytes`);
  expect(process.memoryUsage.rss() - before).toBeLessThan(64 * MIB);
  lazy.close();
});

test('answers 1,500 altered archives with tensors or a refusal', () => {
  const path = join(folder(), 'whole.npz');
  const tensors = { a: torch.tensor([1, 2]), 'b/c': torch.tensor([true]) };
  const next = numbers(3);
  const count = { read: 0, refused: 0 };
  for (const compress of [false, true]) {
    writeNpz(path, tensors, { compress });
    const whole = readFileSync(path);
    for (let i = 0; i < 750; i++) {
      const altered = file(
        mutateHeader(whole, next, ['PK\x01\x02', 'PK\x05\x06', '\xff\xff\xff\xff']),
      );
      try {
        torch.scope(() => readNpz(altered));
        count.read++;
      } catch (error) {
        expect(error).toEqual(fileError(altered));
        count.refused++;
      }
    }
  }
  expect(count.refused).toBeGreaterThan(1000);
});

test('refuses an archive cut at any length', () => {
  const path = join(folder(), 'whole.npz');
  writeNpz(path, { a: torch.tensor([1, 2]) }, { compress: true });
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length++) {
    const cut = file(whole.subarray(0, length));
    expect(() => readNpz(cut)).toThrow(fileError(cut));
  }
});

test('an altered byte of the data does not pass unseen', () => {
  const path = join(folder(), 'whole.npz');
  writeNpz(path, { a: torch.tensor([1, 2]) });
  const bytes = readFileSync(path);
  const at = bytes.indexOf(Buffer.from(new Float32Array([1, 2]).buffer));
  bytes[at] = 1;
  expect(() => readNpz(file(bytes))).toThrow('the checksum');
});
