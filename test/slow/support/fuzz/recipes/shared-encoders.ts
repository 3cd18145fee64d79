import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EncoderPool } from '../../../../../lib/serve';
import {
  loadHuggingFace,
  loadWordVectors,
  SentenceEncoder,
  useLite,
} from '../../../../../lib/text';

/** A tiny BERT, in the layout of Hugging Face. */
export const BERT_FOLDER = path.resolve(__dirname, '../../../../fixtures/encoders/bert');

const WORDS = 'rain wind bread butter bank interest'.split(' ');
const VECTORS = WORDS.map((word, i) => `${word} ${i} ${i % 2} ${(i * i) % 5} 1\n`).join('');

/** What is slow to make and lasts from call to call, since no call's scope is around it. */
type Shared = {
  readonly bert: ReturnType<typeof loadHuggingFace>;
  readonly vectors: Awaited<ReturnType<typeof loadWordVectors>>;
  readonly lite: ReturnType<typeof useLite>;
  readonly encoder: SentenceEncoder;
  readonly pool: EncoderPool;
};

let made: Shared | undefined;

/** Makes the encoders; to be called before the first call. */
export async function openShared(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-vectors-'));
  const vectors = await loadWordVectors(writeVectors(path.join(folder, 'vectors.txt')));
  fs.rmSync(folder, { recursive: true });
  const encoder = new SentenceEncoder(loadHuggingFace(BERT_FOLDER));
  const pool = await EncoderPool.open({ encoder });
  made = { bert: loadHuggingFace(BERT_FOLDER), vectors, lite: useLite(), encoder, pool };
}

export async function closeShared(): Promise<void> {
  await made?.pool.close();
  made = undefined;
}

export function shared(): Shared {
  if (made === undefined) throw new Error('Expected openShared to be called first');
  return made;
}

/** Writes vectors of words as text, and returns the path. */
export function writeVectors(file: string): string {
  fs.writeFileSync(file, VECTORS);
  return file;
}
