import {
  abortSignal,
  flag,
  listOf,
  type OptionsOf,
  optional,
  readOptions,
  string,
  withDefault,
} from '../../check';
import { ArgumentRangeError, ArgumentTypeError, outOfRange } from '../../errors';
import { fingerprintOf } from '../../text/encoders/fingerprint';
import type { LayeredParams } from '../../text/encoders/layered-params';
import { openEncoder } from '../../text/encoders/open-encoder';
import { narrowed } from '../../text/encoders/precision';
import type { FixedEncoder, TrainableEncoder } from '../../text/encoders/trainable';
import { frozenOn } from '../../text/encoders/trainable/frozen';
import { disposeTree, flattenTree, mapTree, type Tree } from '../../torch';
import { buildLearner, type EncoderConfig, encoderChoice, restoreEncoder } from '../registry';
import { MetaModel, type ModelFacts, requireMetaModel } from '../runs/model';
import { textsFor } from './calibration-texts';
import type { Compression } from './compression';
import { type EncoderPart, encoderPart, paramsFor } from './encoder-part';
import { type InputMoments, inputMoments } from './input-moments';
import { needsInputs, type PRUNE, type PruneOptions, pruneCheck, pruned, zeroShare } from './prune';

const OPTIONS = {
  /** Weights of the encoder that become 0. Default: none. */
  prune: optional(pruneCheck),
  /** Hold and multiply the weights of the encoder's linear layers in 8 bits. Default: false. */
  int8: withDefault(flag, false),
  /**
   * What the encoder reads to see which inputs are large, for the methods that need it; no labels are needed. Default:
   * some of the texts that the model was trained on, or else the examples that it is adapted to.
   */
  texts: optional<readonly string[]>(listOf(string, 1)),
  signal: optional<AbortSignal>(abortSignal),
};

export type CompressOptions = Omit<OptionsOf<typeof OPTIONS>, 'prune'> & {
  prune?: OptionsOf<typeof PRUNE> | undefined;
};

/**
 * A smaller model of the same answers, or nearly: weights of its encoder become 0, or 8 bits each. It is saved,
 * loaded, adapted and served as any other, and says what was done in `facts.compression`. The given model stays as it
 * is; both are the caller's to dispose of.
 *
 *     using model = await loadModel('models/banking');
 *     using smaller = await compress(model, { prune: { share: 0.5 }, int8: true });
 *     saveModel('models/banking-small', smaller);
 *
 * Zeros do not make products of dense matrices faster, nor files smaller; they are for programs that make use of
 * them. int8 does both. An encoder that was trained stays as it is from then on.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong options, a model that was compressed in the same way
 *   already, or whose encoder has no weights of the kind; what reading the texts throws
 */
export async function compress(model: MetaModel, options: CompressOptions): Promise<MetaModel> {
  requireMetaModel(model, 'compress');
  const { prune, int8, texts, signal } = readOptions(OPTIONS, options, 'compress');
  if (prune === undefined && !int8) {
    const message = 'Expected prune, int8 or both for the options of compress but received neither';
    throw new ArgumentTypeError(message, 'compress', 'options');
  }
  requireNew(model.facts, { prune, int8 });
  const part = encoderPart(model);
  if (int8) requireLinear(model, part);
  const seen =
    prune !== undefined && needsInputs(prune) ? (texts ?? (await textsFor(model, signal))) : [];
  const before = prune === undefined ? copyOf(part.params) : prunedPart(part, prune, seen);
  const zeros = prune && { ...prune, zeros: zeroShare(before, prune.embeddings) };
  const done: Compression = { ...model.facts.compression };
  const compression = { ...done, ...(zeros && { prune: zeros }), ...(int8 && { int8 }) };
  const params = int8 ? inInt8(before, part, model.encoder) : before;
  disposeTree(before, params);
  try {
    return await rebuilt(model, part, params, compression, int8);
  } catch (error) {
    disposeTree(params);
    throw error;
  }
}

function copyOf(params: Tree): Tree {
  return mapTree(([own]) => own.clone(), params);
}

function prunedPart(part: EncoderPart, prune: PruneOptions, texts: readonly string[]): Tree {
  const moments: InputMoments =
    texts.length === 0
      ? new Map()
      : inputMoments((some, context) => part.encode(some, context), texts);
  try {
    return pruned(part.params, prune, moments);
  } finally {
    disposeTree([...moments.values()]);
  }
}

function inInt8(params: Tree, { fixed }: EncoderPart, encoder: TrainableEncoder): Tree {
  if (fixed === undefined) return encoder.int8?.(params) ?? params;
  // `requireLinear` has made sure of its layers.
  return narrowed(params as LayeredParams, 'int8');
}

/** The model on an encoder with other weights, which are its own. */
async function rebuilt(
  { facts, encoder, params: old }: MetaModel,
  part: EncoderPart,
  params: Tree,
  compression: Compression,
  int8: boolean,
): Promise<MetaModel> {
  const precision = int8 ? { precision: 'int8' } : {};
  const { fixed } = part;
  const options = fixed ? { kind: 'frozen', ...fixed.options } : facts.encoder;
  const config = encoderChoice({ ...options, ...precision }, 'encoder', 'compress');
  const own = fixed
    ? fixedOn(fixed, config, params, precision)
    : await restoreEncoder(config, encoder.state, int8 ? params : undefined);
  try {
    const inPlace = fixed === undefined && !int8;
    const learner = buildLearner(facts.learner, own);
    const changed = inPlace ? pairs(part.params, params) : new Map();
    const known: ModelFacts = { ...facts, run: untested(facts), encoder: config, compression };
    return new MetaModel(known, own, paramsFor(learner, old, changed));
  } catch (error) {
    own.dispose();
    throw error;
  }
}

/** What came of the tests of the run is not of this model. */
function untested({ run }: ModelFacts): ModelFacts['run'] {
  if (run === undefined) return undefined;
  const { tests: _, ...rest } = run;
  return rest;
}

function fixedOn(
  { encoder }: FixedEncoder,
  config: EncoderConfig,
  params: Tree,
  precision: { readonly precision?: string },
): TrainableEncoder {
  if (config.kind !== 'frozen') throw outOfRange("'frozen'", 'the encoder', config.kind);
  const { spec, fingerprint, name } = encoder;
  const own = 'fingerprint' in spec && { fingerprint: fingerprintOf(params, { of: fingerprint }) };
  return frozenOn(openEncoder({ ...spec, ...precision, ...own }, params, name), config, true);
}

function pairs(before: Tree, after: Tree) {
  const changed = flattenTree(after);
  return new Map(
    Object.entries(flattenTree(before)).flatMap(([path, own]) => {
      const other = changed[path];
      return other === undefined ? [] : [[own, other] as const];
    }),
  );
}

/** Refuses to do the same again, and what int8 leaves no room for. */
function requireNew(
  { compression = {}, encoder }: ModelFacts,
  { prune, int8 }: { prune: PruneOptions | undefined; int8: boolean },
): void {
  const precision = 'precision' in encoder ? (encoder.precision ?? 'float32') : 'float32';
  const refuse = (expected: string, option: string, found: string) => {
    const message = `Expected ${expected} for the model of compress with ${option} but received ${found}`;
    throw new ArgumentRangeError(message, 'compress', 'model');
  };
  if (prune && compression.prune) {
    refuse('one that is not pruned', 'prune', `one pruned by ${compression.prune.share} already`);
  }
  if (prune && precision !== 'float32') {
    const expected = 'one in float32, which is pruned before or while it becomes int8,';
    refuse(expected, 'prune', `one in ${precision}`);
  }
  if (int8 && precision === 'int8') refuse('one in float32', 'int8', 'one in int8 already');
  if (int8 && precision === 'float16') refuse('one in float32', 'int8', 'one in float16');
}

function requireLinear({ facts, encoder }: MetaModel, { fixed }: EncoderPart): void {
  const can =
    fixed === undefined ? encoder.int8 !== undefined : (fixed.encoder.model.depth ?? 0) > 0;
  if (can) return;
  const found = fixed === undefined ? facts.encoder.kind : fixed.encoder.name;
  throw outOfRange(
    'an encoder with linear layers',
    'the model for int8 of compress',
    found,
    'compress',
  );
}
