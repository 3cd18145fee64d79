import { keyOf, withSample } from '../../lib/serve/calibration/sample';
import { fitExamples } from '../../lib/serve/fit-examples';
import type { FitOptions, LabeledFeatures } from '../../lib/serve/fitted';
import { givesSeveral, HEAD_NAMES, HEADS, type HeadName } from '../../lib/serve/heads';
import { indices } from '../../lib/serve/heads/features';
import { headMapFile } from '../../lib/serve/heads/head-map';
import { RandomSource } from '../../lib/text/random-source';
import { type Tensor, torch } from '../../lib/torch';
import { estimate, formatAccuracy } from '../../lib/train';
import { ENCODERS, features, labelNames, type Part, readPart, rowsByLabel } from './data';
import { mapFor } from './heads';
import { calibrationError } from './scores';

const DRAWS = 5;

/** The test texts with the numbers of their labels among those of the examples. */
export type Test = { x: Tensor; y: Tensor };

/** `shots` examples of every label, drawn from the training split; all of them for `Infinity`. */
export function draw(part: Part, x: Tensor, shots: number, seed: number): LabeledFeatures {
  const random = new RandomSource(seed);
  const byLabel = [...rowsByLabel(part.rows).values()];
  const drawn = byLabel.map((rows) => random.sample(rows, Math.min(shots, rows.length)));
  const rows = drawn.flat();
  return {
    x: x.indexSelect(0, indices(rows)),
    y: indices(drawn.flatMap((own, label) => own.map(() => label))),
    labels: byLabel.length,
    ...withSample(Uint32Array.from(rows, (row) => keyOf(part.rows[row]?.text ?? ''))),
  };
}

/** The part as a test of a classifier of the same labels. */
export function testOf(part: Part, x: Tensor): Test {
  const labels = [...rowsByLabel(part.rows).keys()];
  return { x, y: indices(part.rows.map(({ label }) => labels.indexOf(label))) };
}

/**
 * All labels at once: every head and the automatic choice, 5 draws of examples from the training split. No map has
 * seen the data.
 */
export async function allWayTable(names: readonly string[]): Promise<string[][]> {
  const lines = [['encoder', 'data', 'shots', 'head', 'accuracy', 'calibration error', 'chosen']];
  const heads: (HeadName | 'auto')[] = [
    'auto',
    ...HEAD_NAMES.filter((head) => head !== 'svm' && !givesSeveral(head)),
  ];
  for (const name of names) {
    using encoder = await ENCODERS[name]?.();
    if (encoder === undefined) continue;
    const file = headMapFile(encoder);
    for (const data of ['banking77', 'clinc150']) {
      const train = readPart(`${data}/train`);
      const test = readPart(`${data}/test`);
      const [x, own] = [
        await features(encoder, train),
        testOf(test, await features(encoder, test)),
      ];
      const known =
        file === undefined
          ? {}
          : { map: await mapFor(encoder, file, data), names: labelNames(encoder, train) };
      for (const shots of [5, 10]) {
        for (const head of heads) {
          const runs = Array.from({ length: DRAWS }, (_, seed) =>
            torch.scope(() =>
              measured({ ...draw(train, x, shots, seed), ...known }, own, {
                head,
                falseAlarms: 0.05,
              }),
            ),
          );
          const chosen = [...new Set(runs.map((run) => run.head))].join(', ');
          const error = runs.reduce((sum, run) => sum + run.error, 0) / DRAWS;
          const accuracy = formatAccuracy(estimate(runs.map((run) => run.accuracy)));
          lines.push([name, data, String(shots), head, accuracy, error.toFixed(3), chosen]);
        }
      }
    }
  }
  return lines;
}

function measured(examples: LabeledFeatures, test: Test, options: FitOptions) {
  const fitted = fitExamples(examples, options);
  const scores = HEADS[fitted.head].head.scores(fitted.state, test.x);
  const probabilities = scores.to('float64').mul(fitted.sharpness).softmax(1);
  const right = probabilities.argmax(1).eq(test.y).to('float64');
  const error = calibrationError(probabilities.amax([1]), right);
  return { head: fitted.head, accuracy: Number(right.mean().item()), error };
}
