import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDtype } from '../../../lib/torch/dtype';
import { openSafetensors, readSafetensors } from '../../../lib/torch/files/safetensors';
import { parseHeader } from '../../../lib/torch/files/safetensors-header';
import { safetensorsBytes } from '../../helpers/files/safetensors-bytes';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();

function file(bytes: Uint8Array): string {
  const path = join(folder(), 'x.safetensors');
  writeFileSync(path, bytes);
  return path;
}

const parse = (header: string, dataLength: number) =>
  parseHeader(Buffer.from(header), dataLength, 'x.safetensors');
const entry = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

test.each([
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
  ['F8_E4M3FNUZ', 'float8_e4m3fnuz'],
  ['F8_E5M2FNUZ', 'float8_e5m2fnuz'],
  ['F8_E8M0', 'float8_e8m0fnu'],
  ['F4', 'float4_e2m1fn_x2'],
])('a tensor of %s is in nobody’s way', (code, dtype) => {
  const shape = code === 'F4' ? '[4]' : '[2]';
  const path = file(
    safetensorsBytes(
      `{"w":{"dtype":"${code}","shape":${shape},"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`,
      Buffer.from([0x38, 0x40, 7]),
    ),
  );
  using opened = openSafetensors(path);
  expect(opened.keys()).toEqual(['w', 'b']);
  expect(opened.shape('w')).toEqual(JSON.parse(shape));
  expect(opened.tensor('b').tolist()).toEqual([7]);
  if (isDtype(dtype)) {
    expect(opened.dtype('w')).toBe(dtype);
    expect(opened.tensor('w').dtype).toBe(dtype);
    expect([...opened.tensor('w').data()]).toEqual([0x38, 0x40]);
    return;
  }
  for (const read of [
    () => opened.dtype('w'),
    () => opened.tensor('w'),
    () => readSafetensors(path),
  ]) {
    expect(read).toThrow(expect.objectContaining({ code: 'ERR_TORCH_DTYPE', path }));
    expect(read).toThrow(`for tensor "w" but found ${code}`);
  }
});

test.each([
  ['F8_E4M3', '[3]', 3],
  ['F8_E8M0', '[3]', 3],
  ['F8_E4M3FNUZ', '[3]', 3],
  ['F6_E2M3', '[4]', 3],
  ['F4', '[2,3]', 3],
])('knows how long tensors of %s are', (code, shape, length) => {
  const header = (end: number) => `{"a":${entry(code, shape, `[0,${end}]`)}}`;
  expect(parse(header(length), length).entries.get('a')).toMatchObject({ code, end: length });
  expect(() => parse(header(length + 1), length + 1)).toThrow(`${length} bytes of `);
});

test('refuses a tensor that fills no whole byte', () => {
  expect(() => parse(`{"a":${entry('F4', '[3]', '[0,2]')}}`, 2)).toThrow('1.5 bytes');
});
