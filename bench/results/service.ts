import { familiarityOf } from '../../lib/serve/calibration/familiarity';
import { keyOf, withSample } from '../../lib/serve/calibration/sample';
import { fitExamples } from '../../lib/serve/fit-examples';
import type { Fitted } from '../../lib/serve/fitted';
import { HEADS } from '../../lib/serve/heads';
import { classMean } from '../../lib/serve/heads/class-mean';
import { indices } from '../../lib/serve/heads/features';
import { RandomSource } from '../../lib/text/random-source';
import { type Tensor, torch } from '../../lib/torch';
import { estimate, formatAccuracy } from '../../lib/train';
import { type Judged, riskThreshold } from '../../lib/train/metrics/risk-threshold';
import { ENCODERS, features, readPart, rowsByLabel } from './data';

const DRAWS = 5;
const SHOTS = 10;
const RISKS = [0.05, 0.1];
const DELTA = 0.05;

type Answers = { known: Judged[]; strange: number[] };

/**
 * Customer service on CLINC150: 10 examples an intent, the threshold for a stated risk by the validation split, and what
 * it comes to on the test split with its questions out of scope. The baseline answers from a probability of ½ on.
 */
export async function serviceTable(names: readonly string[]): Promise<string[][]> {
  const lines = [
    [
      'encoder',
      'rule',
      'answered, %',
      'wrong among them, %',
      'promise kept',
      'out of scope answered, %',
    ],
  ];
  for (const name of names) {
    using encoder = await ENCODERS[name]?.();
    if (encoder === undefined) continue;
    const vectors = async (part: string) => features(encoder, readPart(`clinc150/${part}`));
    const train = await vectors('train');
    const [x, strangeX] = [await vectors('val'), await vectors('oos_val')];
    const [testX, strangeTestX] = [await vectors('test'), await vectors('oos_test')];
    const runs = Array.from({ length: DRAWS }, (_, seed) =>
      torch.scope(() => {
        const { fitted, answersOf } = service(train, seed);
        const held = { known: answersOf(x, 'val'), strange: strengths(answersOf(strangeX, null)) };
        const test = {
          known: answersOf(testX, 'test'),
          strange: strengths(answersOf(strangeTestX, null)),
        };
        return { fitted, held, test };
      }),
    );
    lines.push([
      name,
      'from ½ on',
      ...row(
        runs.map(({ test }) => outcome(test, 0.5)),
        1,
      ),
    ]);
    for (const risk of RISKS) {
      const outcomes = runs.map(({ held, test }) => {
        const share = test.strange.length / (test.known.length + test.strange.length);
        const options = { risk, delta: DELTA, strange: held.strange, strangeShare: share };
        return outcome(test, riskThreshold(held.known, options)?.threshold ?? Infinity);
      });
      lines.push([name, `risk ${100 * risk} %`, ...row(outcomes, risk)]);
    }
  }
  return lines;
}

function service(
  train: Tensor,
  seed: number,
): {
  fitted: Fitted;
  answersOf: (x: Tensor, part: string | null) => Judged[];
} {
  const { rows } = readPart('clinc150/train');
  const random = new RandomSource(seed);
  const byLabel = rowsByLabel(rows);
  const labels = [...byLabel.keys()];
  const drawn = [...byLabel.values()].map((own) => random.sample(own, SHOTS));
  const places = drawn.flat();
  const examples = {
    x: train.indexSelect(0, indices(places)),
    y: indices(drawn.flatMap((own, label) => own.map(() => label))),
    labels: labels.length,
    ...withSample(Uint32Array.from(places, (row) => keyOf(rows[row]?.text ?? ''))),
  };
  const fitted = fitExamples(examples, { head: 'logistic', falseAlarms: 0.05 });
  const answersOf = (x: Tensor, part: string | null): Judged[] =>
    torch.scope(() => {
      const scores = HEADS[fitted.head].head.scores(fitted.state, x);
      const [most, best] = scores.to('float64').mul(fitted.sharpness).softmax(1).max(1);
      const signals = {
        mean: classMean.scores(fitted.sums, x).amax([1]),
        nearest: x.matmul(examples.x.mT).amax([1]),
      };
      const { familiarity } = fitted;
      const familiar = familiarityOf(signals, familiarity).ge(familiarity.threshold);
      const sure = most.mul(familiar.to('float64')).tolist() as number[];
      const guesses = best.tolist() as bigint[];
      const truth = part === null ? [] : readPart(`clinc150/${part}`).rows;
      return sure.map((confidence, i) => ({
        confidence,
        right: labels[Number(guesses[i])] === truth[i]?.label,
      }));
    });
  return { fitted, answersOf };
}

const strengths = (answers: readonly Judged[]): number[] =>
  answers.map(({ confidence }) => confidence);

function outcome({ known, strange }: Answers, threshold: number) {
  const given = known.filter(({ confidence }) => confidence >= threshold);
  const taken = strange.filter((confidence) => confidence >= threshold).length;
  const wrong = given.filter(({ right }) => !right).length + taken;
  return {
    answered: given.length / known.length,
    wrong: wrong / Math.max(1, given.length + taken),
    taken: taken / strange.length,
  };
}

function row(outcomes: readonly ReturnType<typeof outcome>[], risk: number): string[] {
  const mean = (values: readonly number[]): string => formatAccuracy(estimate(values));
  const kept = outcomes.filter(({ wrong }) => wrong <= risk).length;
  return [
    mean(outcomes.map(({ answered }) => answered)),
    mean(outcomes.map(({ wrong }) => wrong)),
    risk === 1 ? 'none given' : `${kept} of ${outcomes.length}`,
    mean(outcomes.map(({ taken }) => taken)),
  ];
}
