import { episodeMaker, evaluationBatches, loadDemoData } from '../../lib/cli/demo/task';
import { type Learner, maml, prototypical } from '../../lib/meta';
import { mlp } from '../../lib/nn';
import { adam } from '../../lib/optim';
import { meanEncoder, type TokenBatch, VocabularyVectorizer, WordTokenizer } from '../../lib/text';
import { type Tree, torch } from '../../lib/torch';
import { evaluate, formatEvaluation, train } from '../../lib/train';

/**
 * Meta-trains for 1,000 steps, or as many as the first argument says, and evaluates as many episodes,
 * second-order MAML and Prototypical Networks. Fails if the live tensors or their bytes differ at all
 * between two steps once the first fifth is over, or if resident memory grows by more than the bound.
 */
const COUNT = Number(process.argv[2] ?? 1000);
const WARMUP = Math.floor(COUNT / 5);
const GROWTH_MIB = 32;
const SEED = 1;
const DIMENSIONS = 128;
// Resident memory of one moment depends on when garbage was last collected.
const WINDOW = 20;

const problems: string[] = [];

/** Takes a sample at the same point of every step, and tells at the end whether they are alike. */
function watcher(what: string, warmup: number) {
  const resident: number[] = [];
  let first: { tensors: number; bytes: number } | undefined;
  let seen = 0;
  let alike = true;
  const complain = (problem: string) => problems.push(`${what}: ${problem}`);
  const megabytes = (bytes: number) => bytes / 2 ** 20;
  return {
    sample(): void {
      if (seen++ < warmup) return;
      const live = torch.memory();
      first ??= live;
      resident.push(megabytes(process.memoryUsage.rss()));
      if (!alike || (live.tensors === first.tensors && live.bytes === first.bytes)) return;
      alike = false;
      complain(`${live.tensors} tensors, ${live.bytes} bytes in sample ${seen}, not as at first`);
    },
    report(note: string): void {
      const { tensors = 0, bytes = 0 } = first ?? {};
      const window = Math.min(WINDOW, Math.floor(resident.length / 2));
      const before = median(resident.slice(0, window));
      const grown = median(resident.slice(-window)) - before;
      console.log(
        `${what.padEnd(34)} ${resident.length} samples: ${tensors} tensors, ` +
          `${megabytes(bytes).toFixed(1)} MiB; resident ${before.toFixed(0)} MiB, ` +
          `${grown >= 0 ? '+' : ''}${grown.toFixed(1)} MiB; ${note}`,
      );
      if (!(grown <= GROWTH_MIB)) complain(`resident memory grew by ${grown.toFixed(1)} MiB`);
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const { dataset, vocabulary } = loadDemoData();
const vectorizer = new VocabularyVectorizer({
  tokenizer: new WordTokenizer(),
  vocabulary,
  maxLength: 32,
});
const encoder = meanEncoder({ vocabularySize: vocabulary.size, dimensions: DIMENSIONS });
const maker = (part: 'metaTrain' | 'metaTest') =>
  episodeMaker(dataset, vectorizer, { part, shots: 5, seed: SEED });

async function soak<P extends Tree, A>(
  name: string,
  learner: Learner<P, A, TokenBatch>,
  tasks: number,
): Promise<void> {
  const make = maker('metaTrain');
  const steps = watcher(`${name}, meta-steps`, WARMUP);
  let last = Number.NaN;
  const { params } = await train({
    learner,
    params: learner.init(torch.generator(SEED)),
    optimizer: adam({ learningRate: 0.01 }),
    steps: COUNT,
    episodes: (step) => make(tasks, step * tasks),
    logger: {
      step: ({ loss }) => {
        last = loss;
        steps.sample();
      },
    },
  });
  steps.report(`loss ${last.toFixed(3)}`);
  const batches = [...evaluationBatches(maker('metaTest'), COUNT)];
  const evaluation = watcher(`${name}, episodes`, Math.floor(batches.length / 5));
  function* watched() {
    for (const batch of batches) {
      evaluation.sample();
      yield batch;
    }
    evaluation.sample();
  }
  evaluation.report(`accuracy ${formatEvaluation(evaluate(learner, params, watched()))}`);
}

async function main(): Promise<void> {
  const model = mlp({ sizes: [DIMENSIONS, 5] });
  await soak('MAML, second order', maml({ encoder, model, innerLearningRate: 0.5 }), 4);
  await soak('Prototypical Networks', prototypical({ encoder }), 4);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

void main();
