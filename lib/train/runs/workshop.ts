import { counted } from '../../counted';
import { ArgumentRangeError } from '../../errors';
import type { AugmentOptions } from '../../text/augment/augment-episode';
import type { TextDataset } from '../../text/datasets/dataset';
import type { TrainableEncoder } from '../../text/encoders/trainable';
import { EpisodeSampler } from '../../text/episodes/episode-sampler';
import type { Vectorizer } from '../../text/vectorizer';
import { type Tree, torch } from '../../torch';
import { buildEncoder } from '../registry';
import { buildAugmentation } from '../registry/augmentations';
import { evaluatedTasks, type RunConfig } from './config';
import { type Features, featuresOf } from './features';
import { classesOf, type RunClasses } from './splits';
import { type TaskMaker, type TaskOptions, taskMaker } from './task-maker';

// Seeds of episodes that must not be those of training, and are the same for all runs.
const VALIDATION_SEED = 1_000_003;
const TEST_SEED = 2_000_003;

/** What all seeds of a run share: its data as tasks, and the encoder that was built for them. */
export type Workshop = {
  readonly config: RunConfig;
  readonly dataset: TextDataset;
  readonly classes: RunClasses;
  readonly encoder: TrainableEncoder;
  training(seed: number): TaskMaker;
  /** Undefined if no class is for validation. @param vectorizer default: the encoder's */
  validation(vectorizer?: Vectorizer<Tree>): TaskMaker | undefined;
  /** Undefined if no class is for the test. @param vectorizer default: the encoder's */
  test(shots: number, vectorizer?: Vectorizer<Tree>): TaskMaker | undefined;
  /** Frees what it has computed; not the encoder. */
  dispose(): void;
};

/**
 * Builds the encoder on the training texts, and computes the vectors of a frozen one.
 *
 * @throws ArgumentRangeError for classes that are too few or too small for the episodes
 */
export async function openWorkshop(
  dataset: TextDataset,
  config: RunConfig,
  signal: AbortSignal | undefined,
): Promise<Workshop> {
  const classes = await classesOf(dataset, config.splits);
  requireEnough(classes, config, dataset.name);
  requireLarge(classes, config, dataset);
  const texts = (labels: readonly string[]) => labels.flatMap((label) => dataset.examples(label));
  const encoder = await buildEncoder(config.encoder, texts(classes.train));
  try {
    const all = texts([...classes.train, ...classes.validation, ...classes.test]);
    const features = await featuresOf(encoder.vectorizer, all, config.features, signal);
    return workshopOf(dataset, config, classes, encoder, features);
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

/** Refuses parts with fewer classes than an episode has; validation and test may have none at all. */
export function requireEnough(classes: Partial<RunClasses>, config: RunConfig, name: string): void {
  const parts = Object.entries(classes).filter(([key]) => key !== 'train' || config.steps !== 0);
  const waysOf = (part: string) =>
    part === 'train' ? config.episodes.ways : evaluatedTasks(config).ways;
  const [part, labels] = parts.find(
    ([key, own]) => own.length < waysOf(key) && (key === 'train' || own.length > 0),
  ) ?? [undefined, []];
  if (part === undefined) return;
  const ways = waysOf(part);
  const own = part !== 'train' && config.evaluation.ways !== undefined;
  const found = `${labels.length}: ${labels.map((label) => `'${label}'`).join(', ')}`;
  throw new ArgumentRangeError(
    `Expected at least ${counted(ways, 'class', 'classes')} of '${name}' for ${part} (${own ? 'evaluation' : 'episodes'}.ways and splits of the config) but received ${found}`,
    'fit',
    'config.splits of the config',
  );
}

/** Refuses classes with fewer texts than the episodes of their part need, before anything is computed. */
function requireLarge(
  { train, validation, test }: RunClasses,
  config: RunConfig,
  dataset: TextDataset,
): void {
  const { ways, shots, queries } = config.episodes;
  const tasks = evaluatedTasks(config);
  const parts = [
    ...(config.steps === 0 ? [] : [{ classes: train, ways, shots, queries }]),
    { classes: validation, ...tasks, shots },
    ...config.evaluation.shots.map((own) => ({ classes: test, ...tasks, shots: own })),
  ];
  const generator = torch.generator(0);
  for (const part of parts) {
    if (part.classes.length > 0) new EpisodeSampler(dataset, { ...part, generator });
  }
}

function workshopOf(
  dataset: TextDataset,
  config: RunConfig,
  classes: RunClasses,
  encoder: TrainableEncoder,
  features: Features | undefined,
): Workshop {
  const { ways, shots, queries } = config.episodes;
  const { vectorizer } = encoder;
  const common = { dataset, vectorizer, features, shots };
  const augment = augmentOf(config);
  const { validation } = classes;
  return {
    config,
    dataset,
    classes,
    encoder,
    training: (seed) =>
      taskMaker({ ...common, ways, queries, classes: classes.train, seed, augment }),
    validation: (own = vectorizer) =>
      validation.length === 0
        ? undefined
        : taskMaker({
            ...common,
            ...evaluatedTasks(config),
            vectorizer: own,
            classes: validation,
            seed: VALIDATION_SEED,
          }),
    test: testMakers({ dataset, config, classes, vectorizer, features }),
    dispose: () => features?.x.dispose(),
  };
}

/** Makes the episodes of a test, which are the same for all models and seeds. */
export function testMakers(
  options: Pick<Workshop, 'dataset' | 'config' | 'classes'> &
    Pick<TaskOptions, 'vectorizer' | 'features'>,
): Workshop['test'] {
  const { config, classes, dataset, features } = options;
  const tasks = evaluatedTasks(config);
  const common = { dataset, features, ...tasks, classes: classes.test, seed: TEST_SEED };
  return (shots, vectorizer = options.vectorizer) =>
    classes.test.length === 0 ? undefined : taskMaker({ ...common, vectorizer, shots });
}

function augmentOf({ augmentation }: RunConfig): Omit<AugmentOptions, 'generator'> | undefined {
  if (augmentation === undefined) return undefined;
  const { by, copies } = augmentation;
  return { augmentations: by.map(buildAugmentation), copies };
}
