// What reading texts without labels gives an encoder that starts from nothing: BANKING77, the classes of a fold
// that are not for testing are pre-trained on without their labels, then meta-trained on as prototypical networks.
// Accuracy of 5-way 1-shot episodes of the test classes, before and after meta-training, with and without.
// `npm run bench:pretrain`
import path from 'node:path';
import { parseArgs } from 'node:util';
import { meta, optim, type Tree, text, torch, train } from '../lib';
import { readPart } from './results/data';

const FOLDS = path.join(__dirname, '../../shared/data/protaugment-splits/BANKING77/few_shot');

const { values } = parseArgs({
  options: {
    encoder: { type: 'string', default: 'transformer' },
    fold: { type: 'string', default: '0' },
    'pretrain-steps': { type: 'string', default: '600' },
    'meta-steps': { type: 'string', default: '200' },
    episodes: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
  },
});

const EPISODE = { ways: 5, shots: 1, queries: 5 };
const TASKS = 4;
const OBJECTIVES = ['none', 'masked-words', 'denoising', 'contrast'] as const;

type Objective = (typeof OBJECTIVES)[number];
type Row = { case: Objective; before: string; after: string; seconds: number };

async function main(): Promise<void> {
  const name = values.encoder as keyof typeof text.TRAINABLE_ENCODERS;
  const kind = text.TRAINABLE_ENCODERS[name] as text.TrainableEncoderKind<object> | undefined;
  if (kind === undefined) {
    throw new RangeError(
      `Expected one of ${Object.keys(text.TRAINABLE_ENCODERS).join(', ')} but received ${name}`,
    );
  }
  const { rows: texts } = readPart('banking77/train');
  const dataset = text.datasetFromRows(texts);
  const splits = (await text.readClassFolds(FOLDS))[Number(values.fold)]?.splits;
  if (splits === undefined) throw new RangeError(`Expected a fold but received ${values.fold}`);
  const test = new Set(splits.metaTest);
  const unlabelled = texts.flatMap((row) => (test.has(row.label) ? [] : [row.text]));
  const encoder = await kind.build(kind.check({}, 'encoder', 'bench:pretrain'), unlabelled);
  const samplers = text.splitSamplers(dataset, splits, {
    ...EPISODE,
    generator: torch.generator(1),
  });
  const learner = meta.prototypical({ encoder: encoder.layer });
  const episodesOf = (sampler: text.EpisodeSampler, count: number, from: number) =>
    text.episodeTensors(sampler.episodes(count, from), encoder.vectorizer);
  const score = (params: Tree): string =>
    train.formatAccuracy(
      train.accuracyOf(
        train.evaluate(
          learner,
          params,
          Array.from(
            { length: Number(values.episodes) / TASKS },
            (_, i) => () => episodesOf(samplers.metaTest, TASKS, i * TASKS),
          ),
        ),
      ),
    );
  const rows: Row[] = [];
  for (const objective of OBJECTIVES) {
    const start = performance.now();
    const params =
      objective === 'none'
        ? encoder.layer.init(torch.generator(0))
        : await train.pretrainEncoder(encoder, unlabelled, {
            objective,
            steps: Number(values['pretrain-steps']),
          });
    const seconds = (performance.now() - start) / 1000;
    const before = score(params);
    const { params: trained } = await train.train({
      learner,
      params,
      optimizer: optim.adamW({ learningRate: 5e-4 }),
      episodes: (step) => episodesOf(samplers.metaTrain, TASKS, step * TASKS),
      steps: Number(values['meta-steps']),
      generator: torch.generator(0),
    });
    rows.push({ case: objective, before, after: score(trained), seconds });
    console.log(
      `${name}, ${objective}: ${before} -> ${rows.at(-1)?.after} (${seconds.toFixed(0)} s)`,
    );
  }
  if (values.json) console.log(JSON.stringify({ benchmark: 'pretrain', encoder: name, rows }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
