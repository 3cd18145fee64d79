import { keyOf, withSample } from '../../lib/serve/calibration/sample';
import { fitExamples } from '../../lib/serve/fit-examples';
import { HEADS } from '../../lib/serve/heads';
import { indices } from '../../lib/serve/heads/features';
import { tuneEncoder } from '../../lib/serve/tuning/tune-encoder';
import { encoderFor, type Tuned } from '../../lib/serve/tuning/tuned';
import type { SentenceEncoder } from '../../lib/text';
import { nameAsText } from '../../lib/text/name-as-text';
import { RandomSource } from '../../lib/text/random-source';
import { torch } from '../../lib/torch';
import { estimate, formatAccuracy } from '../../lib/train';
import { fineTuneSettings } from '../../lib/train/contrastive/fine-tune-options';
import { ENCODERS, type Part, readPart, rowsByLabel } from './data';

const DRAWS = 5;
const FALSE_ALARMS = 0.05;

/**
 * All labels at once with label names as examples: the automatic choice among heads on the encoder as it is and
 * fine-tuned, whether that would be taken over, and the CPU time that it takes. `DRAWS` draws of examples.
 */
export async function tunedTable(names: readonly string[]): Promise<string[][]> {
  const lines = [['encoder', 'data', 'shots', 'as it is', 'fine-tuned', 'taken over', 'CPU, s']];
  for (const name of names) {
    using encoder = await ENCODERS[name]?.();
    if ((encoder?.model.depth ?? 0) === 0 || encoder === undefined) continue;
    for (const data of ['banking77', 'clinc150']) {
      const [train, test] = [readPart(`${data}/train`), readPart(`${data}/test`)];
      for (const shots of [5, 10]) {
        const runs = Array.from({ length: DRAWS }, (_, seed) => {
          const found = torch.scope(() =>
            runTuned(encoder, drawWithNames(train, shots, seed), test),
          );
          process.stderr.write(`${name} ${data} ${shots} ${JSON.stringify(found)}\n`);
          return found;
        });
        const mean = (pick: (one: Found) => number): string =>
          formatAccuracy(estimate(runs.map(pick)));
        const seconds = runs.reduce((sum, one) => sum + one.seconds, 0) / DRAWS;
        lines.push([
          name,
          data,
          String(shots),
          mean((one) => one.frozen),
          mean((one) => one.tuned),
          `${runs.filter(({ adopted }) => adopted).length} of ${DRAWS}`,
          seconds.toFixed(0),
        ]);
      }
    }
  }
  return lines;
}

/** Examples as numbers, the labels' names among them. */
export type Examples = { texts: string[]; y: number[]; labels: string[] };
/** Accuracies from 0 to 1, and seconds of CPU time. */
export type Found = {
  frozen: number;
  tuned: number;
  adopted: boolean;
  seconds: number;
  head: string;
};

/** So many examples of each label, and each label's name as one more. */
export function drawWithNames({ rows }: Part, shots: number, seed: number): Examples {
  const random = new RandomSource(seed);
  const byLabel = [...rowsByLabel(rows)];
  const own = byLabel.map(([, places]) => random.sample(places, shots));
  const labels = byLabel.map(([label]) => label);
  return {
    texts: [...own.flat().map((row) => rows[row]?.text ?? ''), ...labels.map(nameAsText)],
    y: [...own.flatMap((places, label) => places.map(() => label)), ...labels.keys()],
    labels,
  };
}

/** The automatic choice of a head, on the encoder as it is and fine-tuned. */
export function runTuned(encoder: SentenceEncoder, examples: Examples, test: Part): Found {
  const { texts, y, labels } = examples;
  const settings = fineTuneSettings({ labelNames: false }, texts.length, 'results');
  const before = cpuSeconds();
  const input = { texts, y, labels, settings, falseAlarms: FALSE_ALARMS, always: true };
  const { tuned, before: was, after } = tuneEncoder(encoder, input, () => undefined);
  const tuning = cpuSeconds() - before;
  const frozen = accuracy(encoder, undefined, examples, test).right;
  const { right, head, fitting } = accuracy(encoder, tuned, examples, test);
  return { frozen, tuned: right, adopted: after > was, seconds: tuning + fitting, head };
}

function accuracy(
  base: SentenceEncoder,
  tuned: Tuned | undefined,
  { texts, y, labels }: Examples,
  { rows }: Part,
): { right: number; head: string; fitting: number } {
  return torch.scope(() => {
    const encoder = encoderFor(base, tuned);
    const before = cpuSeconds();
    const x = encoder.encodeSync(texts);
    const keys = Uint32Array.from(texts, keyOf);
    const known = {
      x,
      y: indices(y),
      labels: labels.length,
      ...withSample(keys),
      measured: tuned?.measured,
    };
    const { head, state } = fitExamples(known, { head: 'auto', falseAlarms: FALSE_ALARMS });
    const fitting = cpuSeconds() - before;
    const scores = HEADS[head].head.scores(state, encoder.encodeSync(rows.map(({ text }) => text)));
    const own = indices(rows.map(({ label }) => labels.indexOf(label)));
    return { right: Number(scores.argmax(1).eq(own).to('float64').mean().item()), head, fitting };
  });
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
