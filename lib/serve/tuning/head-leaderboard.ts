import { abortSignal, array, type OptionsOf, objectOf, optional, readOptions } from '../../check';
import { outOfRange } from '../../errors';
import { type TaskFeatures, type TaskRecord, taskFeatures } from '../../meta';
import { normalize } from '../../meta/metric/normalize';
import type { LabeledText, SentenceEncoder } from '../../text';
import { labelNumbers, requireLabeledTexts } from '../../text/datasets/labeled-text';
import { requireEncoder } from '../../text/encoders/require-encoder';
import { disposeTree, type Tensor, torch } from '../../torch';
import { type ExamplesInput, type LabeledExamples, readExamples } from '../examples/read-examples';
import { autoHeads, HEADS, type HeadName } from '../heads';
import { indices } from '../heads/features';
import { type HeadMap, headMapFile, readHeadMap } from '../heads/head-map';

const OPTIONS = {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal: optional<AbortSignal>(abortSignal),
};

export type LeaderboardOptions = OptionsOf<typeof OPTIONS>;

/** A task on which heads are tried. */
export type HeadTask = {
  /** What heads learn from. */
  readonly examples: ExamplesInput;
  /** What they are asked, with the right labels. */
  readonly asked: readonly LabeledText[];
};

type ReadTask = { known: LabeledExamples; asked: readonly LabeledText[] };

/**
 * The leaderboard that `meta.learnSelection` learns from: for each task its features, and the share of the texts asked
 * that each head tells right. The heads are those that `head: 'auto'` tries.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for tasks without texts to ask, and labels that no example has; the
 *   signal's reason once it is aborted
 */
export async function headLeaderboard(
  encoder: SentenceEncoder,
  tasks: readonly HeadTask[],
  options: LeaderboardOptions = {},
): Promise<(TaskRecord & { readonly features: TaskFeatures })[]> {
  const operator = 'headLeaderboard';
  requireEncoder(encoder, operator);
  array(tasks, 'tasks', 'tasks', operator);
  const read = tasks.map((task, i) => readTask(task, `tasks[${i}]`, operator));
  const { signal } = readOptions(OPTIONS, options, operator);
  // One call, so that a text of several tasks is read once.
  const texts = read.flatMap(({ known, asked }) =>
    [...known.rows, ...asked].map((row) => row.text),
  );
  if (texts.length === 0) return [];
  using vectors = await vectorsOf(encoder, texts, signal);
  const map = mapOf(encoder);
  try {
    let at = 0;
    return read.map((task) => {
      signal?.throwIfAborted();
      const count = task.known.rows.length + task.asked.length;
      const rows = torch.scope(() => recordOf(task, vectors.narrow(0, at, count), map));
      at += count;
      return rows;
    });
  } finally {
    disposeTree({ ...map });
  }
}

/**
 * The features of a new task, for `choose` of `meta.learnSelection`.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong examples; the signal's reason once it is aborted
 */
export async function exampleFeatures(
  encoder: SentenceEncoder,
  examples: ExamplesInput,
  options: LeaderboardOptions = {},
): Promise<TaskFeatures> {
  const operator = 'exampleFeatures';
  requireEncoder(encoder, operator);
  const known = readExamples(examples, operator);
  const { signal } = readOptions(OPTIONS, options, operator);
  if (known.rows.length === 0) {
    throw outOfRange('at least one example', 'examples', examples, operator);
  }
  using x = await vectorsOf(
    encoder,
    known.rows.map(({ text }) => text),
    signal,
  );
  return torch.scope(() => featuresOf(known, x));
}

function readTask(task: HeadTask, name: string, operator: string): ReadTask {
  const { examples, asked } = objectOf(task, name, operator);
  const known = readExamples(examples, operator);
  requireLabeledTexts(asked, `asked of ${name}`, operator);
  if (asked.length === 0)
    throw outOfRange('at least one text', `asked of ${name}`, asked, operator);
  for (const [i, { label }] of asked.entries()) {
    if (known.labels.includes(label)) continue;
    throw outOfRange('the label of an example', `asked[${i}] of ${name}`, label, operator);
  }
  return { known, asked };
}

function recordOf({ known, asked }: ReadTask, vectors: Tensor, map: HeadMap | undefined) {
  const [x, others] = vectors.split([known.rows.length, asked.length]) as [Tensor, Tensor];
  const right = placesOf(known, asked);
  const examples = { x, y: placesOf(known, known.rows), labels: known.labels.length, map };
  const scores = autoHeads({ map }).map((name: HeadName) => {
    const { head } = HEADS[name];
    const found = head.scores(head.fit(examples), others).argmax(1);
    return [name, Number(found.eq(right).to('float64').mean().item())] as const;
  });
  return { features: featuresOf(known, x), scores: Object.fromEntries(scores) };
}

function featuresOf(known: LabeledExamples, x: Tensor): TaskFeatures {
  const labels = placesOf(known, known.rows).unsqueeze(0);
  const [features] = taskFeatures(x.unsqueeze(0), labels, known.labels.length);
  if (features === undefined) throw new RangeError('no task');
  return features;
}

const placesOf = (
  { labels }: LabeledExamples,
  rows: readonly { readonly label: string }[],
): Tensor => indices(labelNumbers(rows, labels));

function mapOf(encoder: SentenceEncoder): HeadMap | undefined {
  const file = headMapFile(encoder);
  return file === undefined ? undefined : readHeadMap(file);
}

async function vectorsOf(
  encoder: SentenceEncoder,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  return torch.replace(await encoder.encode(texts, signal ? { signal } : {}), normalize);
}
