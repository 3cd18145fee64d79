import { type Torch, torch } from '../../torch';

/** Operators that are called as PyTorch's functions of these names are. */
const NAMES = [
  ...(['adaptiveAvgPool1d', 'adaptiveAvgPool2d', 'adaptiveAvgPool3d'] as const),
  ...(['avgPool1d', 'avgPool2d', 'avgPool3d'] as const),
  ...(['maxPool1dWithIndices', 'maxPool2dWithIndices', 'maxPool3dWithIndices'] as const),
  ...(['conv1d', 'conv2d', 'conv3d', 'convTbc'] as const),
  ...(['convTranspose1d', 'convTranspose2d', 'convTranspose3d'] as const),
  ...(['linear', 'bilinear', 'scaledDotProductAttention'] as const),
  ...(['groupNorm', 'layerNorm', 'rmsNorm'] as const),
  ...(['celu', 'celu_', 'elu', 'elu_', 'gelu', 'glu', 'hardshrink', 'hardsigmoid'] as const),
  ...(['hardswish', 'hardtanh', 'hardtanh_', 'leakyRelu', 'leakyRelu_', 'logSoftmax'] as const),
  ...(['mish', 'prelu', 'relu', 'relu_', 'relu6', 'rrelu', 'rrelu_', 'selu', 'selu_'] as const),
  ...(['sigmoid', 'silu', 'softmax', 'softplus', 'softshrink', 'tanh'] as const),
  ...(['threshold', 'threshold_'] as const),
  ...(['channelShuffle', 'nativeChannelShuffle', 'pixelShuffle', 'pixelUnshuffle'] as const),
  ...(['cosineSimilarity', 'pairwiseDistance', 'pdist', 'oneHot', 'pad'] as const),
] as const;

/** They are the functions of `torch` themselves. */
export type FunctionalOperators = Pick<Torch, (typeof NAMES)[number]>;

export const operators: FunctionalOperators = pick(torch, NAMES);

function pick<T, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  const entries = names.map((name) => [name, from[name]] as const);
  return Object.fromEntries(entries) as Pick<T, K>;
}
