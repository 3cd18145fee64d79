import {
  anything,
  flag,
  literal,
  nullable,
  optional,
  positiveInteger,
  recordOf,
  required,
  someProperties,
  string,
  withDefault,
} from '../../../check';
import { refuseFile } from '../../../files/checked-file';
import type { LinearProjection, TextPooling, TextProjection } from '../../../nn';

/** A layer after pooling, and the folder with its weights, in that of the encoder. */
export type StoredProjection = { readonly path: string; readonly layer: TextProjection };

/** sentence-transformers' names of poolings, in the order in which several stand side by side. */
const POOLINGS: Readonly<Record<string, TextPooling>> = {
  cls: 'cls',
  max: 'max',
  mean: 'mean',
  mean_sqrt_len_tokens: 'mean-sqrt',
  weightedmean: 'weighted-mean',
  lasttoken: 'last',
};

/** Before `pooling_mode` there was a key for each, of which several could be true. */
const OLD_KEYS: Readonly<Record<string, string>> = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_max_tokens: 'max',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len_tokens',
  pooling_mode_weightedmean_tokens: 'weightedmean',
  pooling_mode_lasttoken: 'lasttoken',
};

export const poolingCheck = recordOf(anything);

/**
 * The poolings of a config, one or several.
 *
 * @throws TorchError `ERR_TORCH_FILE` for one that is not known, or none at all
 */
export function poolingsOf(
  path: string,
  config: Readonly<Record<string, unknown>>,
): readonly TextPooling[] {
  const { pooling_mode: mode } = config;
  const names = mode === undefined || mode === null ? oldNames(path, config) : [mode].flat();
  const poolings = names.flatMap((name) =>
    typeof name === 'string' && Object.hasOwn(POOLINGS, name) ? (POOLINGS[name] ?? []) : [],
  );
  if (poolings.length === names.length && names.length > 0) return poolings;
  const expected = `pooling_mode ${Object.keys(POOLINGS).join(', ')}, or several of them`;
  throw refuseFile(path, expected, JSON.stringify(mode ?? names));
}

function oldNames(path: string, config: Readonly<Record<string, unknown>>): readonly string[] {
  const given = Object.keys(config).filter((key) => key.startsWith('pooling_mode_'));
  const unknown = given.find((key) => config[key] === true && !Object.hasOwn(OLD_KEYS, key));
  if (unknown !== undefined) {
    throw refuseFile(path, `keys of ${Object.keys(OLD_KEYS).join(', ')}`, unknown);
  }
  const unclear = given.find((key) => typeof config[key] !== 'boolean');
  if (unclear !== undefined) {
    throw refuseFile(path, `${unclear} of true or false`, JSON.stringify(config[unclear]));
  }
  return Object.entries(OLD_KEYS).flatMap(([key, name]) => (config[key] === true ? [name] : []));
}

/** Of texts' vectors, not of tokens', which late interaction compares one by one. */
const ofTexts = {
  module_input_name: optional(nullable(literal('sentence_embedding'))),
  module_output_name: optional(nullable(literal('sentence_embedding'))),
};

export const ofTextsCheck = someProperties(ofTexts);

export const denseCheck = someProperties({
  in_features: required(positiveInteger),
  out_features: required(positiveInteger),
  bias: withDefault(flag, true),
  activation_function: withDefault(string, 'torch.nn.modules.activation.Tanh'),
  use_residual: optional(literal(false)),
  ...ofTexts,
});

/** The last part of an activation's Python name, and what this library calls it. */
const ACTIVATIONS: Readonly<Record<string, NonNullable<LinearProjection['activation']>>> = {
  Identity: 'none',
  Tanh: 'tanh',
  ReLU: 'relu',
  GELU: 'gelu',
};

/** @throws TorchError `ERR_TORCH_FILE` for an activation that is not known */
export function denseOf(path: string, config: ReturnType<typeof denseCheck>): LinearProjection {
  const name = config.activation_function.split('.').at(-1) ?? '';
  const activation = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (activation === undefined) {
    const expected = `an activation of ${Object.keys(ACTIVATIONS).join(', ')}`;
    throw refuseFile(path, expected, config.activation_function);
  }
  return { outFeatures: config.out_features, bias: config.bias, activation };
}

export const layerNormCheck = someProperties({ dimension: required(positiveInteger) });
