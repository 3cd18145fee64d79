import type { LinearParams } from '../../nn';
import type { Tree } from '../../torch';

/** The linear layers that those of BERT and of USE-lite have in common. */
export type LayerParams = {
  readonly attention: { readonly qkv: LinearParams; readonly output: LinearParams };
  readonly feedForward: { readonly up: LinearParams; readonly down: LinearParams };
};

/** The parameters of a Transformer. */
export type LayeredParams = { readonly [name: string]: Tree } & {
  readonly layers: readonly LayerParams[];
};

/** The parameters with `fn` of every linear layer of the Transformer's layers in its place. */
export function mapLinear<P extends { readonly layers: readonly LayerParams[] }>(
  params: P,
  fn: (own: LinearParams, layer: LayerParams, index: number) => LinearParams,
): P {
  const layers = params.layers.map((layer, i) => {
    const { attention, feedForward } = layer;
    const mapped = (own: LinearParams) => fn(own, layer, i);
    return {
      ...layer,
      attention: {
        ...attention,
        qkv: mapped(attention.qkv),
        output: mapped(attention.output),
      },
      feedForward: {
        ...feedForward,
        up: mapped(feedForward.up),
        down: mapped(feedForward.down),
      },
    };
  });
  return { ...params, layers };
}
