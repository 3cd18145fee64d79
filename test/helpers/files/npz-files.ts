import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializeNpy, torch } from '../../../lib/torch';
import { temporaryFolder } from '../folders';
import { makeZip, type ZipEntry } from './zip';

/** The npy file of a float32 array. */
export const array = (values: number[]): Buffer =>
  Buffer.from(serializeNpy(torch.tensor(new Float32Array(values))));

/** A folder for each test, and what puts archives into it. */
export function npzFiles() {
  const folder = temporaryFolder();
  const file = (bytes: Uint8Array, name = 'x.npz'): string => {
    const path = join(folder(), name);
    writeFileSync(path, bytes);
    return path;
  };
  return { folder, file, zip: (...entries: ZipEntry[]): string => file(makeZip(entries)) };
}
