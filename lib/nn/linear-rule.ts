import type { Tensor } from '../torch';
import type { Context } from './layer';
import type { LinearParams } from './linear-params';

/** Computes a linear layer in its place; undefined leaves it to the layer. */
export type LinearRule = (params: LinearParams, x: Tensor) => Tensor | undefined;

// No part of what users see of a context: a way of adapting puts it there, and takes it away.
const RULE = Symbol('linear rule');

type RuledContext = Context & { readonly [RULE]?: LinearRule };

/** The context in which every linear layer asks `rule` first. */
export function withLinearRule<C extends Context>(context: C, rule: LinearRule): C {
  return { ...context, [RULE]: rule };
}

export function linearRuleOf(context: Context | undefined): LinearRule | undefined {
  const ruled: RuledContext | undefined = context;
  const rule = ruled?.[RULE];
  // A Proxy may answer with anything.
  return typeof rule === 'function' ? rule : undefined;
}

const ruledLayers = new WeakSet<object>();

/** Marks a layer in which the weights of linear layers reach `linear` alone, as they are. */
export function obeysLinearRules<L extends object>(layer: L): L {
  ruledLayers.add(layer);
  return layer;
}

/** True for such layers: a rule sees all that is done with their linear weights. */
export function isRuled(layer: object): boolean {
  return ruledLayers.has(layer);
}
