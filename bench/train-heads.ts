// Meta-trains the heads that come with the package, from data that lies beside the project.
//
//     npm run train:heads [use-lite minilm]

import { join, resolve } from 'node:path';
import { PROBE } from '../lib/serve/heads/head-map';
import { torch, writeSafetensors } from '../lib/torch';
import { trainHead } from './heads/train-head';
import { SHIPPED, sourcesOf } from './heads/variants';
import { ENCODERS, hasData } from './results/data';

const SEED = 1;
const FOLDER = resolve(__dirname, '../data/heads');
const FILES: Readonly<Record<string, string>> = {
  'use-lite': 'use-lite.safetensors',
  minilm: 'all-MiniLM-L6-v2.safetensors',
};

async function main(): Promise<void> {
  if (!hasData()) throw new Error('The data sets are not beside the project: see docs/data.md');
  torch.setNumThreads(1);
  const given = process.argv.slice(2);
  for (const name of given.length > 0 ? given : Object.keys(FILES)) {
    const [file, load] = [FILES[name], ENCODERS[name]];
    if (file === undefined || load === undefined) {
      throw new RangeError(`Expected ${Object.keys(FILES).join(' or ')} but received ${name}`);
    }
    using encoder = await load();
    const { weights, direction, gate } = await trainHead(await sourcesOf(encoder, SHIPPED), SEED);
    const probe = encoder.encodeSync([PROBE]).squeeze(0);
    writeSafetensors(
      join(FOLDER, file),
      { weights: weights.to('float16'), direction, gate, probe },
      { encoder: encoder.name, sources: SHIPPED.join(' '), seed: String(SEED) },
    );
    console.log(`${file}: gate ${gate.data().join(' to ')}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
