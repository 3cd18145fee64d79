import { type Context, kaimingUniform, type LinearParams, linear } from '../../../nn';
import { type LinearRule, linearRuleOf, withLinearRule } from '../../../nn/linear-rule';
import { type Generator, type Tensor, torch } from '../../../torch';
import { type LayeredParams, type LayerParams, mapLinear } from '../layered-params';

/** A linear layer that is adapted: of queries, keys, values, of attention's output, of the network's two. */
export type AdapterTarget = 'query' | 'key' | 'value' | 'output' | 'up' | 'down';

/** `a` `[r, in]` and `b` `[out, r]`: ΔW = (α / r) b a. */
export type AdapterParams = { a: Tensor; b: Tensor };

/** One entry for each layer, with its adapters by target. */
export type AdaptersParams = { layers: { readonly [target: string]: AdapterParams }[] };

/** Parameters of a linear layer, and the adapters of its parts by their number: 0 of all but `qkv`. */
type AdaptedParams = LinearParams & { lora?: { readonly [part: string]: AdapterParams } };

/** The layer that a target is in, which of its parts it is, and of how many. */
function placeOf(target: AdapterTarget, { attention, feedForward }: LayerParams) {
  const { qkv, output } = attention;
  switch (target) {
    case 'query':
      return { linear: qkv, part: 0, parts: 3 };
    case 'key':
      return { linear: qkv, part: 1, parts: 3 };
    case 'value':
      return { linear: qkv, part: 2, parts: 3 };
    case 'output':
      return { linear: output, part: 0, parts: 1 };
    case 'up':
      return { linear: feedForward.up, part: 0, parts: 1 };
    default:
      return { linear: feedForward.down, part: 0, parts: 1 };
  }
}

/**
 * Adapters that change nothing yet: b is 0, a starts as the weight of a linear layer. Edward Hu et al.: LoRA:
 * Low-Rank Adaptation of Large Language Models, ICLR 2022, https://arxiv.org/abs/2106.09685
 */
export function initialAdapters(
  { layers }: LayeredParams,
  targets: readonly AdapterTarget[],
  rank: number,
  generator: Generator,
): AdaptersParams {
  const adapter = (target: AdapterTarget, layer: LayerParams): AdapterParams => {
    const { linear: own, parts } = placeOf(target, layer);
    const [outFeatures = 0, inFeatures = 0] = own.weight.shape;
    return {
      a: kaimingUniform([rank, inFeatures], generator, { a: Math.sqrt(5) }),
      b: torch.zeros([outFeatures / parts, rank], { device: generator.device }),
    };
  };
  return {
    layers: layers.map((layer) =>
      Object.fromEntries(targets.map((target) => [target, adapter(target, layer)])),
    ),
  };
}

/** The model's parameters with adapters beside the weights that they change. */
export function withAdapters<P extends LayeredParams>(
  params: P,
  adapters: AdaptersParams,
  targets: readonly AdapterTarget[],
): P {
  return mapLinear(params, (own, layer, i): AdaptedParams => {
    const lora = adaptersOf(own, layer, adapters.layers[i], targets);
    return lora.length === 0 ? own : { ...own, lora: Object.fromEntries(lora) };
  });
}

/** The model's parameters with what adapters add in the weights themselves, W + (α / r) b a: new tensors. */
export function mergedAdapters<P extends LayeredParams>(
  params: P,
  adapters: AdaptersParams,
  targets: readonly AdapterTarget[],
  scale: number,
): P {
  return mapLinear(params, (own, layer, i) => {
    const lora = adaptersOf(own, layer, adapters.layers[i], targets);
    if (lora.length === 0) return own;
    const changed = torch.scope(() => {
      const weight = own.weight.clone();
      for (const [part, { a, b }] of lora) {
        const rows = weight.narrow(0, Number(part) * b.size(0), b.size(0));
        rows.add_(b.matmul(a), { alpha: scale });
      }
      return weight;
    });
    return { ...own, weight: changed };
  });
}

/** The adapters of a linear layer, by the number of the part that each is for. */
function adaptersOf(
  own: LinearParams,
  layer: LayerParams,
  adapters: AdaptersParams['layers'][number] | undefined,
  targets: readonly AdapterTarget[],
): [string, AdapterParams][] {
  return targets.flatMap((target): [string, AdapterParams][] => {
    const { linear: changed, part } = placeOf(target, layer);
    const adapter = adapters?.[target];
    return changed === own && adapter !== undefined ? [[String(part), adapter]] : [];
  });
}

/** The context in which linear layers add what their adapters make of the input, times `scale`, α / r. */
export function adapterContext(context: Context | undefined, scale: number): Context {
  const outer = linearRuleOf(context);
  return withLinearRule(
    context ?? {},
    (params, x) => adaptedLinear(params, x, scale) ?? outer?.(params, x),
  );
}

// What it applies has sizes of its own: these are for `init` alone.
const product = linear({ inFeatures: 1, outFeatures: 1 });

const adaptedLinear = (params: AdaptedParams, x: Tensor, scale: number): ReturnType<LinearRule> => {
  const { lora, ...plain } = params;
  if (lora === undefined) return undefined;
  return torch.scope(() => {
    const y = product.apply(plain, x);
    const size = Math.max(...Object.values(lora).map(({ b }) => b.size(-2)));
    const parts = Array.from({ length: y.size(-1) / size }, (_, part) => {
      const own = lora[part];
      if (own === undefined) return y.newZeros([...y.shape.slice(0, -1), size]);
      return product.apply({ weight: own.b }, product.apply({ weight: own.a }, x));
    });
    const [first] = parts;
    const change = first !== undefined && parts.length === 1 ? first : torch.cat(parts, -1);
    return y.add(change, { alpha: scale });
  });
};
