import { familiarityOf } from '../../lib/serve/calibration/familiarity';
import { fitExamples } from '../../lib/serve/fit-examples';
import { HEADS } from '../../lib/serve/heads';
import { classMean } from '../../lib/serve/heads/class-mean';
import { type Tensor, torch } from '../../lib/torch';
import { estimate, formatAccuracy } from '../../lib/train';
import { draw, testOf } from './all-way';
import { ENCODERS, features, readPart } from './data';
import { auroc, calibrationError, difference } from './scores';

const DRAWS = 5;

/** What one draw of examples comes to: shares from 0 to 1, but for the head. */
type Draw = {
  head: string;
  familiarity: number;
  greatest: number;
  falseAlarms: number;
  found: number;
  calibration: number;
};

/** CLINC150's texts of no intent among those of its 150: how well they are told apart. */
export async function unknownTable(names: readonly string[]): Promise<string[][]> {
  const lines = [
    [
      'encoder',
      'examples a label',
      'head',
      'AUROC, %',
      'by the greatest probability, %',
      'gain',
      'known taken as unknown, %',
      'unknown found, %',
      'calibration error',
    ],
  ];
  for (const name of names) {
    using encoder = await ENCODERS[name]?.();
    if (encoder === undefined) continue;
    const train = readPart('clinc150/train');
    const known = readPart('clinc150/test');
    const x = await features(encoder, train);
    const test = testOf(known, await features(encoder, known));
    const strange = await features(encoder, readPart('clinc150/oos_test'));
    for (const shots of [5, 10, 100]) {
      const draws = Array.from({ length: DRAWS }, (_, seed) =>
        torch.scope(() => measured(draw(train, x, shots, seed), test, strange)),
      );
      lines.push([name, String(shots), ...row(draws)]);
    }
  }
  return lines;
}

function row(draws: readonly Draw[]): string[] {
  const percent = (of: (one: Draw) => number) => formatAccuracy(estimate(draws.map(of)));
  const { mean, halfWidth } = estimate(draws.map((one) => one.calibration));
  return [
    [...new Set(draws.map(({ head }) => head))].join(', '),
    percent((one) => one.familiarity),
    percent((one) => one.greatest),
    difference(draws.map((one) => one.familiarity - one.greatest)),
    percent((one) => one.falseAlarms),
    percent((one) => one.found),
    `${mean.toFixed(3)} ± ${halfWidth.toFixed(3)}`,
  ];
}

function measured(
  examples: ReturnType<typeof draw>,
  test: ReturnType<typeof testOf>,
  strange: Tensor,
): Draw {
  const fitted = fitExamples(examples, { head: 'auto', falseAlarms: 0.05 });
  const { head } = HEADS[fitted.head];
  const signals = (own: Tensor) => {
    const scores = head.scores(fitted.state, own);
    const mean = classMean.scores(fitted.sums, own).amax([1]);
    const nearest = own.matmul(examples.x.mT).amax([1]);
    return {
      familiarity: familiarityOf({ mean, nearest }, fitted.familiarity),
      probabilities: scores.to('float64').mul(fitted.sharpness).softmax(1),
    };
  };
  const [a, b] = [signals(test.x), signals(strange)];
  const { threshold } = fitted.familiarity;
  const below = (own: Tensor): number => Number(own.lt(threshold).to('float64').mean().item());
  const confidence = a.probabilities.amax([1]);
  const right = a.probabilities.argmax(1).eq(test.y);
  return {
    head: fitted.head,
    familiarity: auroc(a.familiarity, b.familiarity),
    greatest: auroc(confidence, b.probabilities.amax([1])),
    falseAlarms: below(a.familiarity),
    found: below(b.familiarity),
    calibration: calibrationError(confidence, right),
  };
}
