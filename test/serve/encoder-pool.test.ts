import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EncoderPool } from '../../lib/serve';

const run = promisify(execFile);
const DIST = join(__dirname, '../../dist');

test('what is not an array of texts is refused before a thread starts', async () => {
  await using pool = EncoderPool.openSync();
  for (const wrong of [undefined, null, 'text', [1]]) {
    await expect(pool.encode(wrong as never)).rejects.toThrow(/^Expected .*texts/);
  }
});

test('a thread that was started ahead keeps no program from its end, whether the encoder is there or not', async () => {
  const program = `
    const { EncoderPool } = require(${JSON.stringify(DIST)});
    const error = EncoderPool.open({ encoder: './nowhere' }).catch((error) => error.code);
    Promise.all([error, EncoderPool.open()]).then(([code, pool]) => console.log(code, pool.load.running));
  `;
  const { stdout } = await run(process.execPath, ['-e', program]);
  expect(stdout).toBe('ERR_TORCH_FILE 0\n');
});
