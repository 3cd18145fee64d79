// A classifier with a fine-tuned encoder, here and by SetFit's recipe in PyTorch, from the same weights, on the same
// examples: all labels at once, and the names of labels as examples for both. Accuracy on the test split, and the CPU
// time of training an encoder and fitting a head, paired by draw.
//
//     METATORCH_PYTHON=python3 npm run bench:setfit -- [--data banking77] [--shots 5] [--draws 5] [--from 0]
//
// SetFit takes 20 to 40 minutes of CPU time a draw; `--draws 1 --from 3` runs a single one.
import { parseArgs } from 'node:util';
import { loadEncoder } from '../lib/text';
import { torch } from '../lib/torch';
import { estimate, formatAccuracy } from '../lib/train';
import { type Part, readPart, SOURCES } from './results/data';
import { drawWithNames, type Examples, runTuned } from './results/tuned';
import { PythonPeer } from './support/python-peer';
import { printTable } from './support/report';

const { values } = parseArgs({
  options: {
    encoder: { type: 'string', default: 'minilm' },
    data: { type: 'string', default: 'banking77' },
    shots: { type: 'string', default: '5' },
    draws: { type: 'string', default: '5' },
    from: { type: 'string', default: '0' },
    iterations: { type: 'string', default: '20' },
    threads: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

/** What both did with one draw: accuracies from 0 to 1, and seconds of CPU time. */
type Draw = { own: number; theirs: number; seconds: number; theirSeconds: number };

async function main(): Promise<void> {
  const threads = Number(values.threads);
  torch.setNumThreads(threads);
  const model = SOURCES[values.encoder] ?? values.encoder;
  using encoder = await loadEncoder(model);
  const [train, test] = [readPart(`${values.data}/train`), readPart(`${values.data}/test`)];
  const ids = (texts: readonly string[]): number[][] =>
    texts.map((text) => [...encoder.model.tokenize(text)]);
  const python = new PythonPeer('setfit.py', threads);
  const draws: Draw[] = [];
  const first = Number(values.from);
  for (let seed = first; seed < first + Number(values.draws); seed++) {
    const examples = drawWithNames(train, Number(values.shots), seed);
    const { tuned, seconds } = torch.scope(() => runTuned(encoder, examples, test));
    const answer = await python.run({
      model,
      seed,
      iterations: Number(values.iterations),
      ids: ids(examples.texts),
      y: examples.y,
      ...testRows(ids, examples, test),
    });
    if (typeof answer === 'string') throw new Error(`PyTorch did not answer: ${answer}`);
    const [cpu = 0, , right = 0, steps] = answer;
    const found = { own: tuned, theirs: right, seconds, theirSeconds: cpu / 1e3 };
    process.stderr.write(`draw ${seed}: ${JSON.stringify({ ...found, steps })}\n`);
    draws.push(found);
  }
  python.close();
  report(draws);
}

function testRows(
  ids: (texts: readonly string[]) => number[][],
  { labels }: Examples,
  { rows }: Part,
): { test: number[][]; testY: number[] } {
  return {
    test: ids(rows.map(({ text }) => text)),
    testY: rows.map(({ label }) => labels.indexOf(label)),
  };
}

function report(draws: readonly Draw[]): void {
  if (draws.length < 2) return; // A single draw has no interval; its figures are told above.
  const of = (pick: (draw: Draw) => number): string => formatAccuracy(estimate(draws.map(pick)));
  const name = `${values.encoder}, ${values.data}, ${values.shots} examples a label`;
  console.log(`${name}: ${of(({ own }) => own)}, SetFit's recipe ${of(({ theirs }) => theirs)}`);
  console.log(`the difference: ${of(({ own, theirs }) => own - theirs)}`);
  const mean = (pick: (draw: Draw) => number): number =>
    draws.reduce((sum, draw) => sum + pick(draw), 0) / draws.length;
  const row = {
    case: name,
    ours: mean(({ seconds }) => seconds),
    peer: 'SetFit',
    theirs: mean(({ theirSeconds }) => theirSeconds),
  };
  printTable('setfit', [row], 's');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
