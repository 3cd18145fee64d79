import { join } from 'node:path';
import { refuseFile } from '../../../files/checked-file';
import type {
  BertOptions,
  BertParams,
  EncoderLayerParams,
  LinearParams,
  LinearProjection,
  TextEmbeddingsParams,
} from '../../../nn';
import { type Tensor, torch } from '../../../torch';
import type { ModelType } from './model-config';
import type { SentenceModules } from './sentence-modules';
import { WeightFiles } from './weight-files';
import { isNoPart, prefixOf, WEIGHT_NAMES, type WeightNames } from './weight-names';

type Read = (name: string, shape: readonly number[]) => Tensor;

/**
 * The parameters of an encoder from its safetensors files, float32; queries, keys and values become one
 * product.
 *
 * @throws TorchError `ERR_TORCH_FILE` if a tensor is missing, has another shape or dtype than the config
 *   says, or does not belong to the model that it describes
 */
export function readParams(
  paths: readonly string[],
  type: ModelType,
  options: BertOptions,
  { folder, pooling, projections }: SentenceModules,
): BertParams {
  return torch.scope(() => {
    using files = new WeightFiles(paths);
    const names = WEIGHT_NAMES[type];
    const prefix = prefixOf(names, (name) => files.has(name));
    if (prefix === undefined) {
      const expected = `the weights of a model of type ${type}, such as ${names.words}.weight`;
      throw refuseFile(paths.at(-1) ?? folder, expected, 'none of that name');
    }
    const read: Read = (name, shape) => files.tensor(prefix + name, shape);
    const params = {
      embeddings: readEmbeddings(read, names, options),
      ...((options.relativeBuckets ?? 0) > 0 && {
        relativePositions: {
          weight: read(`${names.relative}.weight`, [options.relativeBuckets ?? 0, options.heads]),
        },
      }),
      layers: Array.from({ length: options.layers }, (_, i) =>
        readLayer(read, names, `${names.layer}${i}.`, options),
      ),
    };
    files.refuseOthers((name) => isNoPart(name, prefix));
    if (projections.length === 0) return params;
    let size = options.dimensions * pooling.length;
    return {
      ...params,
      projections: projections.map(({ path, layer }) => {
        using own = new WeightFiles([join(folder, path, 'model.safetensors')]);
        const read = layer === 'layer-norm' ? readNorm(own, size) : readLinear(own, layer, size);
        size = read.weight.size(0);
        own.refuseOthers(() => false);
        return read;
      }),
    };
  });
}

function readNorm(own: WeightFiles, size: number): LinearParams {
  return { weight: own.tensor('norm.weight', [size]), bias: own.tensor('norm.bias', [size]) };
}

function readLinear(
  own: WeightFiles,
  { outFeatures, bias = true }: LinearProjection,
  inFeatures: number,
): LinearParams {
  const weight = own.tensor('linear.weight', [outFeatures, inFeatures]);
  return bias ? { weight, bias: own.tensor('linear.bias', [outFeatures]) } : { weight };
}

function readEmbeddings(
  read: Read,
  { words, positions, types, norm }: WeightNames,
  options: BertOptions,
): TextEmbeddingsParams {
  const { vocabularySize, dimensions, tokenTypes = 2, positions: places = 512 } = options;
  const table = (name: string, rows: number) => ({
    weight: read(`${name}.weight`, [rows, dimensions]),
  });
  return {
    words: table(words, vocabularySize),
    positions: table(positions, places),
    ...(tokenTypes > 0 && { types: table(types, tokenTypes) }),
    norm: pair(read, norm, [dimensions]),
  };
}

function readLayer(
  read: Read,
  names: WeightNames,
  at: string,
  { dimensions, hidden = 4 * dimensions }: BertOptions,
): EncoderLayerParams {
  const own = (name: string, shape: readonly number[]) => pair(read, at + name, shape);
  const looks = [names.query, names.key, names.value].map((name) =>
    own(name, [dimensions, dimensions]),
  );
  return {
    attention: {
      qkv: {
        weight: torch.cat(looks.map(({ weight }) => weight)),
        bias: torch.cat(looks.map(({ bias }) => bias)),
      },
      output: own(names.output, [dimensions, dimensions]),
      norm: own(names.attentionNorm, [dimensions]),
    },
    feedForward: {
      up: own(names.up, [hidden, dimensions]),
      down: own(names.down, [dimensions, hidden]),
      norm: own(names.outputNorm, [dimensions]),
    },
  };
}

/** A weight, and the bias that fits it. */
function pair(read: Read, name: string, shape: readonly number[]) {
  return {
    weight: read(`${name}.weight`, shape),
    bias: read(`${name}.bias`, shape.slice(0, 1)),
  };
}
