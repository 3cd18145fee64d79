import { ArgumentTypeError } from '../../../errors';
import type { Context } from '../../../nn';
import { flattenTree, type Generator, mapTree, type Tree, torch } from '../../../torch';
import type { LayeredParams } from '../layered-params';
import type { TokenModel } from '../token-model';
import { mergedParams, type NamedTensors, trainedParams } from '../trained-params';
import {
  type AdaptersParams,
  type AdapterTarget,
  adapterContext,
  initialAdapters,
  mergedAdapters,
  withAdapters,
} from './adapters';

/** Which parts of a pre-trained encoder are trained. */
export type Parts =
  | { readonly train: 'all' | 'embeddings' }
  | { readonly train: 'layers'; readonly layers: number | 'all' }
  | {
      readonly train: 'lora';
      readonly rank: number;
      readonly alpha: number;
      readonly targets: readonly AdapterTarget[];
    };

/** What is trained of a model, and how the model is computed with it. */
export type TrainedModel = {
  /** New tensors: where training starts. */
  init(generator: Generator): Tree;
  /** The parameters and the context that the model takes, with those that are trained in their places. */
  complete(params: Tree, context?: Context): { params: Tree; context: Context };
  /** The same as parameters alone; some are the model's own tensors, others those that are trained. */
  merged(params: Tree): Tree;
};

/**
 * Divides a model into what is trained and what stays as it is.
 *
 * @throws ArgumentRangeError for a model without layers, in another precision than float32, or with fewer
 *   layers than asked for
 */
export function trainedModel(model: TokenModel, parts: Parts, operator: string): TrainedModel {
  const named = namedParts(model, parts, operator);
  if (parts.train === 'lora') return adaptedModel(model, parts);
  const names = Object.keys(named);
  const complete: TrainedModel['complete'] = (params, context = {}) => {
    const own = flattenTree(params);
    const missing = names.find((name) => own[name] === undefined);
    const unknown = Object.keys(own).find((name) => named[name] === undefined);
    if (missing === undefined && unknown === undefined) {
      return { params: mergedParams(model.params, own), context };
    }
    const found = missing === undefined ? `${unknown} as well` : `none for ${missing}`;
    throw new ArgumentTypeError(
      `Expected tensors for the ${names.length} trained parameters of ${operator} but received ${found}`,
      operator,
    );
  };
  return {
    init: () => torch.scope(() => nested(mapTree(([own]) => own.detach().clone(), named))),
    complete,
    merged: (params) => complete(params).params,
  };
}

function namedParts(model: TokenModel, parts: Parts, operator: string): NamedTensors {
  const of = (layers: number | 'all', embeddings: boolean) =>
    trainedParams(model, { layers, embeddings }, operator);
  if (parts.train === 'layers') return of(parts.layers, false);
  const all = of('all', true);
  if (parts.train !== 'embeddings') return all;
  const others = of('all', false);
  return Object.fromEntries(Object.entries(all).filter(([name]) => others[name] === undefined));
}

function adaptedModel(
  { params: base }: TokenModel,
  { rank, alpha, targets }: Extract<Parts, { train: 'lora' }>,
): TrainedModel {
  // Models with layers, which `namedParts` has asked for, have them in this form.
  const frozen = base as LayeredParams;
  return {
    init: (generator) => torch.scope(() => initialAdapters(frozen, targets, rank, generator)),
    complete: (params, context) => ({
      params: withAdapters(frozen, params as AdaptersParams, targets),
      context: adapterContext(context, alpha / rank),
    }),
    merged: (params) => mergedAdapters(frozen, params as AdaptersParams, targets, alpha / rank),
  };
}

type Branch = { [key: string]: Tree | Branch };

/** Tensors by dotted paths as a tree of objects. */
function nested(named: NamedTensors): Tree {
  const root: Branch = {};
  for (const [path, tensor] of Object.entries(named)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let at = root;
    for (const key of keys) {
      at[key] ??= {};
      at = at[key] as Branch;
    }
    at[last] = tensor;
  }
  return root as Tree;
}
