import { EncoderPool } from '../../lib/serve';

test('what is not an array of texts is refused before a thread starts', async () => {
  await using pool = EncoderPool.openSync();
  for (const wrong of [undefined, null, 'text', [1]]) {
    await expect(pool.encode(wrong as never)).rejects.toThrow(/^Expected .*texts/);
  }
});
