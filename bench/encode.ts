// Short texts to vectors by a pre-trained encoder, here and by others, the same work in the same minute: 256
// texts in the caller's order and sorted by length, in batches of 32, in float32 and int8. Tokens are given,
// so that all see the same. The median of the rounds, of CPU time and of wall time.
// `METATORCH_PYTHON=python3 METATORCH_ORT=<folder with onnxruntime-node> npm run bench:encode -- --threads 1,2`
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type HuggingFaceEncoder, loadHuggingFace, type Precision } from '../lib/text';
import { torch } from '../lib/torch';
import { shortTexts } from './support/encode-texts';
import { PeerProcess } from './support/peer-process';
import { PythonPeer } from './support/python-peer';
import { median, printTable, type Row } from './support/report';

const BATCH = 32;
const SHARED = path.join(__dirname, '../../shared/data');

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: path.join(SHARED, 'encoders/all-MiniLM-L6-v2') },
    texts: { type: 'string', default: path.join(SHARED, 'banking77/test.csv') },
    count: { type: 'string', default: '256' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});

type Batches = readonly (readonly Int32Array[])[];
/** CPU time and wall time. */
type Times = readonly [number, number];
type Peer = { name: string; process: PeerProcess; request: Record<string, unknown> };

function batchesOf(texts: readonly Int32Array[]): Batches {
  const count = Math.ceil(texts.length / BATCH);
  return Array.from({ length: count }, (_, i) => texts.slice(i * BATCH, (i + 1) * BATCH));
}

function encode({ embed, params }: HuggingFaceEncoder, batches: Batches): Times {
  const before = process.cpuUsage();
  const start = performance.now();
  for (const texts of batches) embed(params, texts).dispose();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e3, wall];
}

async function ask({ process, request }: Peer, batches: Batches): Promise<Times | string> {
  const lists = batches.map((texts) => texts.map((ids) => [...ids]));
  const answer = await process.run({ ...request, batches: lists });
  if (typeof answer === 'string') return answer;
  const [cpu = Number.NaN, wall = Number.NaN] = answer;
  return [cpu, wall];
}

/** Ours and the peers in turn; the medians. */
async function compare(
  name: string,
  encoder: HuggingFaceEncoder,
  peers: readonly Peer[],
  batches: Batches,
): Promise<Row[]> {
  const ours: Times[] = [];
  const theirs = new Map<string, Times[]>();
  encode(encoder, batches);
  for (const peer of peers) {
    const answer = await ask(peer, batches);
    if (typeof answer !== 'string') theirs.set(peer.name, []);
    else console.log(`${name}: ${peer.name} is not compared: ${answer}`);
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(encode(encoder, batches));
    for (const peer of peers) {
      const times = theirs.get(peer.name);
      const answer = times && (await ask(peer, batches));
      if (times !== undefined && typeof answer === 'object') times.push(answer);
    }
  }
  return (['CPU', 'wall'] as const).flatMap((clock, i) => {
    const middle = (times: readonly Times[]): number => median(times.map((one) => one[i] ?? 0));
    return [...theirs].map(([peer, times]) => ({
      case: `${name}, ${clock} time`,
      ours: middle(ours),
      peer,
      theirs: middle(times),
    }));
  });
}

async function ofThreads(threads: number, onnx: string): Promise<Row[]> {
  torch.setNumThreads(threads);
  const python = new PythonPeer('encode.py', threads);
  const ort = new PeerProcess(process.execPath, [
    path.join(__dirname, 'peers/encode-onnx.js'),
    String(threads),
    process.env.METATORCH_ORT ?? '.',
  ]);
  const runtime = (precision: string): Peer => ({
    name: `ONNX Runtime, ${precision}`,
    process: ort,
    request: { model: path.join(onnx, `${precision}.onnx`) },
  });
  const transformers = {
    name: 'transformers',
    process: python,
    request: { model: values.model },
  };
  const peersOf: Record<string, Peer[]> = {
    float32: [transformers, runtime('float32')],
    int8: [runtime('int8')],
  };
  const rows: Row[] = [];
  for (const precision of ['float32', 'int8'] as const satisfies readonly Precision[]) {
    const encoder = loadHuggingFace(values.model, { precision });
    const { texts } = shortTexts(values.texts, Number(values.count));
    const ids = texts.map((text) => encoder.tokenize(text));
    const sorted = [...ids].sort((a, b) => a.length - b.length);
    for (const [order, own] of [
      ['in order', ids],
      ['sorted', sorted],
    ] as const) {
      const name = `${order}, ${precision}, ${threads} thread${threads === 1 ? '' : 's'}`;
      rows.push(...(await compare(name, encoder, peersOf[precision] ?? [], batchesOf(own))));
    }
  }
  python.close();
  ort.close();
  return rows;
}

async function main(): Promise<void> {
  const { source, texts } = shortTexts(values.texts, Number(values.count));
  console.log(`${texts.length} texts of ${source}, batches of ${BATCH}`);
  const onnx = mkdtempSync(path.join(tmpdir(), 'metatorch-encode-'));
  try {
    const exporter = new PythonPeer('encode.py', 1);
    const failure = await exporter.run({ model: values.model, export: onnx });
    exporter.close();
    if (typeof failure === 'string') console.log(`Nothing was written as ONNX: ${failure}`);
    const rows: Row[] = [];
    for (const threads of values.threads.split(',').map(Number)) {
      rows.push(...(await ofThreads(threads, onnx)));
    }
    printTable('encode', rows, 'ms');
  } finally {
    rmSync(onnx, { recursive: true, force: true });
  }
}

void main();
