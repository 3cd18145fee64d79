import { evaluationBatches } from '../../lib/cli/demo/task';
import { countParameters } from '../../lib/nn';
import { accuracyOf, type Estimate, evaluate } from '../../lib/train';
import { metaTrain } from './meta-train';
import type { Algorithm } from './registry';
import { openWorkshop } from './workshop';

const TEST_SEED = 2_000_003;

/** What one algorithm did. */
export type Result = {
  title: string;
  oneShot: Estimate;
  fiveShot: Estimate;
  parameters: number;
  /** Meta-steps of training; 0 for what is not trained. */
  steps: number;
  /** Milliseconds of one meta-step, the making of the episodes included. */
  stepMs: number;
  /** Of loading the data, training and evaluation. */
  seconds: number;
  /** Peak resident memory of the process, in MiB. */
  peakMiB: number;
};

/** Meta-trains one algorithm on the embedded data and judges it on unseen classes. */
export async function runOne(algorithm: Algorithm, episodes: number): Promise<Result> {
  const loading = performance.now();
  const workshop = openWorkshop();
  const began = performance.now();
  const { learner, params } =
    'train' in algorithm ? await algorithm.train(workshop) : await metaTrain(algorithm, workshop);
  const stepMs = algorithm.steps === 0 ? 0 : (performance.now() - began) / algorithm.steps;
  const accuracy = (shots: number): Estimate =>
    accuracyOf(
      evaluate(
        learner,
        params,
        evaluationBatches(workshop.episodes('metaTest', { shots, seed: TEST_SEED }), episodes),
      ),
    );
  return {
    title: algorithm.title,
    oneShot: accuracy(1),
    fiveShot: accuracy(5),
    parameters: countParameters(params),
    steps: algorithm.steps,
    stepMs,
    seconds: (performance.now() - loading) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}
