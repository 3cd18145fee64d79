import { join } from 'node:path';
import {
  finiteNumber,
  flag,
  fraction,
  isPlainObject,
  jsonObject,
  listOf,
  literal,
  looseObject,
  nullable,
  numberWhere,
  oneOf,
  optional,
  positiveNumber,
  recordOf,
  required,
  stepCount,
  strictObject,
  string,
} from '../check';
import { onFile, parseFileContent, readJsonFile, refuseFile } from '../files/checked-file';
import { labelNumbers } from '../text/datasets/labeled-text';
import type { NamedTensors } from '../text/encoders/trained-params';
import { disposeTree, isTensor, type Tensor, type Tree, torch } from '../torch';
import {
  CONFIG_FILE,
  loadCheckpoint,
  requireCheckpoint,
  saveCheckpoint,
} from '../train/checkpoint';
import { configSchema } from '../train/config-schema';
import { requireSeal } from '../train/seal';
import { calibrationRows, keyOf, withSample } from './calibration/sample';
import type { Core } from './core';
import { type Example, exampleCheck, exampleOf } from './examples/read-examples';
import type { FitOptions, Fitted } from './fitted';
import { HEAD_NAMES, HEADS } from './heads';
import { classMean } from './heads/class-mean';
import { indices } from './heads/features';
import { rowsAt, whole } from './vectors';

const spread = strictObject({ mean: required(finiteNumber), sd: required(positiveNumber) });

const share = (value: unknown, name: string, operator: string): number => {
  const fits = (number: number) => number > 0 && number <= 0.5;
  return numberWhere(fits, 'a number in (0, 0.5]', value, name, operator);
};

const familiarityCheck = strictObject({
  mean: required(nullable(spread)),
  nearest: required(spread),
  threshold: required(finiteNumber),
});

const measuredHead = strictObject({
  sharpness: required(positiveNumber),
  accuracy: required(fraction),
});

const encoderCheck = strictObject({
  name: required(string),
  fingerprint: required(string),
  spec: required(looseObject({ kind: required(string) })),
});

const configCheck = strictObject({
  kind: required(literal('few-shot-classifier')),
  /** The encoder whose vectors the tensors are of. */
  encoder: required(encoderCheck),
  options: required(
    strictObject({
      head: required(oneOf('auto', ...HEAD_NAMES)),
      falseAlarms: required(share),
      labelNames: optional(flag),
    }),
  ),
  labels: required(listOf(string, 2)),
  rows: required(listOf(exampleCheck)),
  /** The rows of which the encoder knows no token. */
  unknown: required(listOf(stepCount)),
  head: required(oneOf(...HEAD_NAMES)),
  sharpness: required(positiveNumber),
  familiarity: required(familiarityCheck),
  accuracy: required(nullable(fraction)),
  /** What is known of the classifier's own encoder, if it was fine-tuned. */
  tuned: optional(
    strictObject({
      key: required(string),
      measured: required(
        strictObject({
          heads: required(recordOf(measuredHead)),
          familiarity: required(familiarityCheck),
        }),
      ),
    }),
  ),
});

export type SavedConfig = ReturnType<typeof configCheck>;

/** Everything of a classifier but its encoder's weights. */
export type Saved = {
  encoder: SavedConfig['encoder'];
  options: FitOptions;
  labels: readonly string[];
  rows: readonly Example[];
  core: Core;
};

/** Writes a classifier into a folder that exists, as `saveCheckpoint` does. */
export function writeClassifier(folder: string, saved: Saved): void {
  const { fitted, tuned } = saved.core;
  const { state, nearest, head, sharpness, familiarity, accuracy } = fitted;
  const { name, fingerprint, spec } = saved.encoder;
  const config: SavedConfig = {
    kind: 'few-shot-classifier',
    encoder: { name, fingerprint, spec: { ...spec } },
    options: saved.options,
    labels: [...saved.labels],
    rows: saved.rows.map(exampleOf),
    unknown: [...saved.core.known].flatMap((known, row) => (known === 1 ? [] : [row])),
    head,
    sharpness,
    familiarity,
    accuracy,
    ...(tuned && { tuned: { key: tuned.key, measured: tuned.measured } }),
  };
  const params = {
    x: whole(saved.core.x),
    state,
    nearest,
    ...(saved.core.names && { names: saved.core.names }),
    ...(tuned && { encoder: { ...tuned.params } }),
  };
  saveCheckpoint(folder, { params, config: jsonObject(config, 'config', 'writeClassifier') });
}

const ADVICE = '`save` of a classifier writes one; `npx metatorch try` makes models/intents';

const savedCheck = looseObject({
  config: required(looseObject({ encoder: required(encoderCheck) })),
});

/** Refuses a folder whose config is not that of a classifier. @throws TorchError `ERR_TORCH_FILE` */
export function requireClassifierConfig(folder: string): void {
  readEncoder(folder);
}

/**
 * What a saved classifier says of its encoder, before its tensors are read.
 *
 * @throws TorchError `ERR_TORCH_FILE`, also for a config that is not what was written
 */
export function readEncoderOf(folder: string): SavedConfig['encoder'] {
  requireCheckpoint(folder, 'a saved few-shot classifier', ADVICE);
  const { path, content, encoder } = readEncoder(folder);
  requireSeal(path, content);
  return encoder;
}

function readEncoder(folder: string) {
  const path = join(folder, CONFIG_FILE);
  const content = readJsonFile(path, 'a saved classifier');
  const expected = 'a saved few-shot classifier';
  const { encoder } = parseFileContent(path, savedCheck, content, expected).config;
  return { path, content, encoder };
}

/**
 * Reads what `writeClassifier` wrote.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a file is missing, damaged or foreign, or the parts do not fit
 */
export function readClassifier(folder: string): Saved {
  const { params, config } = loadCheckpoint(folder, configSchema(configCheck));
  const path = join(folder, CONFIG_FILE);
  try {
    return torch.scope(() => {
      const { encoder, options, labels, rows } = config;
      const tensors = tensorsOf(params, path);
      requireRows(config, tensors, path);
      const core = coreOf(config, tensors);
      requireFit(core, path);
      return { encoder, options, labels, rows, core };
    });
  } catch (error) {
    disposeTree(params);
    throw error;
  }
}

type Tensors = {
  x: Tensor;
  state: Tree;
  nearest: Tensor;
  names: Tensor | undefined;
  encoder: NamedTensors | undefined;
};

function tensorsOf(params: Tree, path: string): Tensors {
  const { x, state, nearest, names, encoder }: Partial<Tensors> = Object(params);
  const own =
    encoder === undefined || (isPlainObject(encoder) && Object.values(encoder).every(isTensor));
  const fits = own && (names === undefined || isTensor(names)) && state !== undefined;
  if (fits && isTensor(x) && isTensor(nearest)) return { x, state, nearest, names, encoder };
  throw refuseFile(path, 'the tensors x, state and nearest', Object.keys(params).join(', '));
}

function coreOf(config: SavedConfig, { x, state, nearest, names, encoder }: Tensors): Core {
  const { labels, rows, head, sharpness, familiarity, accuracy } = config;
  const y = indices(labelNumbers(rows, labels));
  const examples = { x, y, labels: labels.length, names };
  const keys = Uint32Array.from(rows, ({ text }) => keyOf(text));
  const known = new Uint8Array(rows.length).fill(1);
  for (const row of config.unknown) known[row] = 0;
  const sums = classMean.fit(examples);
  const fitted: Fitted = { head, state, sharpness, familiarity, accuracy, nearest, sums };
  const tuned = config.tuned && encoder && { ...config.tuned, params: encoder };
  return { ...examples, x: [x], ...withSample(keys), known, fitted, tuned };
}

/** Refuses vectors that are not those of the config's rows, and labels without one. */
function requireRows(
  { labels, rows }: SavedConfig,
  { x, nearest, names }: Tensors,
  path: string,
): void {
  const used = new Set(rows.map(({ label }) => label));
  const sampled = calibrationRows(Uint32Array.from(rows, ({ text }) => keyOf(text))).length;
  const vectors =
    x.ndim === 2 && x.size(0) === rows.length && nearest.shape.join() === `${sampled}`;
  const fits =
    vectors && (names === undefined || names.shape.join() === `${labels.length},${x.size(1)}`);
  if (fits && used.size === labels.length && labels.every((label) => used.has(label))) return;
  const found = `[${x.shape.join(', ')}] of ${used.size} labels`;
  throw refuseFile(
    path,
    `the vectors of ${rows.length} examples of ${labels.length} labels`,
    found,
  );
}

/** Refuses tensors that do not fit the head: a score is tried. */
function requireFit({ x, labels, fitted }: Core, path: string): void {
  const scores = onFile(path, `the tensors of the head '${fitted.head}'`, () =>
    HEADS[fitted.head].head.scores(fitted.state, rowsAt(x, [0])),
  );
  if (scores.shape.join() === `1,${labels}` && scores.isnan().any().item() === false) return;
  throw refuseFile(
    path,
    `finite scores of ${labels} labels`,
    `scores [${scores.shape.join(', ')}]`,
  );
}
