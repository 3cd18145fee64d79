import { familiarityOf } from '../../lib/serve/calibration/familiarity';
import { fitExamples } from '../../lib/serve/fit-examples';
import { HEADS } from '../../lib/serve/heads';
import { classMean } from '../../lib/serve/heads/class-mean';
import { type Tensor, torch } from '../../lib/torch';
import { draw, testOf } from './all-way';
import { ENCODERS, features, readPart } from './data';
import { auroc, calibrationError } from './scores';

const percent = (share: number): string => (100 * share).toFixed(1);

/** CLINC150's texts of no intent among those of its 150: how well they are told apart. */
export async function unknownTable(names: readonly string[]): Promise<string[][]> {
  const lines = [
    [
      'encoder',
      'examples a label',
      'head',
      'AUROC, %',
      'by the greatest probability, %',
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
      lines.push([name, String(shots), ...torch.scope(() => measured(shots, x, test, strange))]);
    }
  }
  return lines;

  function measured(shots: number, x: Tensor, test: ReturnType<typeof testOf>, strange: Tensor) {
    const examples = draw(readPart('clinc150/train'), x, shots, 0);
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
    return [
      fitted.head,
      percent(auroc(a.familiarity, b.familiarity)),
      percent(auroc(confidence, b.probabilities.amax([1]))),
      percent(below(a.familiarity)),
      percent(below(b.familiarity)),
      calibrationError(confidence, right).toFixed(3),
    ];
  }
}
