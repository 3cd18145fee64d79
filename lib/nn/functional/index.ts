import * as activations from './activations';
import * as embeddings from './embeddings';
import * as fractionalPooling from './fractional-pooling';
import * as images from './images';
import * as losses from './losses';
import * as maxPooling from './max-pooling';
import { namedByThemselves } from './named';
import * as normalization from './normalization';
import { type FunctionalOperators, operators } from './operators';
import * as pooling from './pooling';
import * as ranking from './ranking';
import { SIGNATURES } from './signatures';

const own = {
  ...activations,
  ...embeddings,
  ...fractionalPooling,
  ...images,
  ...losses,
  ...maxPooling,
  ...normalization,
  ...pooling,
  ...ranking,
};

/** The type of `nn.functional`. */
export interface Functional extends FunctionalOperators, Own {}

type Own = typeof own;

/**
 * The functions of `torch.nn.functional` by its names and with its defaults, in camelCase: tensors by
 * position, everything else in one options object. Operators that are called in the same way are those of
 * `torch` themselves, for example `relu`, `conv2d` and `layerNorm`.
 *
 *     nn.functional.interpolate(images, { scaleFactor: 2, mode: 'bilinear' });
 *     nn.functional.crossEntropy(logits, labels, { labelSmoothing: 0.1 });
 */
export const functional: Functional = {
  ...operators,
  ...namedByThemselves(own, SIGNATURES),
};
