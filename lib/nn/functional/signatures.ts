import type { Signature } from './named';

const of = (tensors: string, more: number, rest: Partial<Signature> = {}): Signature => ({
  tensors: tensors.split(' '),
  more,
  ...rest,
});

const ELEMENTS = of('input', 0);
const DROPOUT = of('input', 1);
const LOSS = of('input target', 1);
const LP_POOL = of('input', 3);
const MAX_POOL = of('input', Number.POSITIVE_INFINITY);
const FRACTIONAL = of('input', 2);
const UNPOOL = of('input indices', 2);

/** The arguments of the functions that are written here. */
export const SIGNATURES = {
  logsigmoid: ELEMENTS,
  softmin: of('input', 1),
  softsign: ELEMENTS,
  tanhshrink: ELEMENTS,
  gumbelSoftmax: of('logits', 1),
  normalize: of('input', 1, { names: { ord: 'p' } }),
  dropout: DROPOUT,
  alphaDropout: DROPOUT,
  featureAlphaDropout: DROPOUT,
  dropout1d: DROPOUT,
  dropout2d: DROPOUT,
  dropout3d: DROPOUT,
  embedding: of('input weight', 1, { names: { indices: 'input' } }),
  embeddingBag: of('input weight', 1, { names: { indices: 'input' } }),
  fractionalMaxPool2d: FRACTIONAL,
  fractionalMaxPool3d: FRACTIONAL,
  fractionalMaxPool2dWithIndices: FRACTIONAL,
  fractionalMaxPool3dWithIndices: FRACTIONAL,
  interpolate: of('input', 1, { names: { scaleFactors: 'scaleFactor', outputSize: 'size' } }),
  gridSample: of('input grid', 1),
  affineGrid: of('theta', 2),
  unfold: of('input', 2),
  fold: of('input', 3),
  l1Loss: LOSS,
  mseLoss: LOSS,
  huberLoss: LOSS,
  smoothL1Loss: LOSS,
  crossEntropy: LOSS,
  nllLoss: LOSS,
  binaryCrossEntropy: LOSS,
  binaryCrossEntropyWithLogits: LOSS,
  klDiv: LOSS,
  gaussianNllLoss: of('input target', 2),
  ctcLoss: of('logProbs targets inputLengths targetLengths', 1),
  poissonNllLoss: LOSS,
  maxPool1d: MAX_POOL,
  maxPool2d: MAX_POOL,
  maxPool3d: MAX_POOL,
  adaptiveMaxPool1d: MAX_POOL,
  adaptiveMaxPool2d: MAX_POOL,
  adaptiveMaxPool3d: MAX_POOL,
  batchNorm: of('input', 3),
  instanceNorm: of('input', 1),
  localResponseNorm: of('input', 2),
  lpPool1d: LP_POOL,
  lpPool2d: LP_POOL,
  lpPool3d: LP_POOL,
  maxUnpool1d: UNPOOL,
  maxUnpool2d: UNPOOL,
  maxUnpool3d: UNPOOL,
  marginRankingLoss: of('first second target', 1, { names: { input1: 'first', input2: 'second' } }),
  hingeEmbeddingLoss: LOSS,
  cosineEmbeddingLoss: of('first second target', 1, {
    names: { input1: 'first', input2: 'second' },
  }),
  softMarginLoss: LOSS,
  multilabelMarginLoss: LOSS,
  multilabelSoftMarginLoss: LOSS,
  multiMarginLoss: LOSS,
  tripletMarginLoss: of('anchor positive negative', 1),
  tripletMarginWithDistanceLoss: of('anchor positive negative', 1, { callsBack: true }),
} as const satisfies Readonly<Record<string, Signature>>;
