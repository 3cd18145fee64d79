import { objectOf } from '../../check';
import { invalidArgument } from '../../errors';
import { leaves, mapTree, type Tensor, type Tree, torch } from '../../torch';
import { shapeOf, wrongShape } from '../../torch/check-tensors';
import { packTexts, paddedTexts, type TokenIds, type Tokens, unpad } from './packed-texts';

/** The tokens as these parameters take them: packed, unless tasks have their own. */
export function tokensOf(
  params: Tree,
  input: TokenIds,
  operator: string,
  paddingId?: number,
): Tokens {
  const { ids, mask } = objectOf(input, 'input', operator);
  const shape = shapeOf(ids, 'ids', operator);
  const maskShape = shapeOf(mask, 'mask', operator);
  if (shape.length < 2) throw wrongShape('[..., n, L]', 'ids', shape, operator);
  if (maskShape.join() !== shape.join()) {
    throw wrongShape(`[${shape.join(', ')}]`, 'mask', maskShape, operator);
  }
  if (ids.dtype !== 'int32' && ids.dtype !== 'int64') {
    throw invalidArgument('int32 or int64', `the ids of ${operator}`, ids.dtype, operator);
  }
  if (torch.insideVmap() || hasTasks(params)) return paddedTexts(input, paddingId);
  return packTexts(unpad(input), ids.device, paddingId);
}

/** True if some parameter has a leading task axis. */
function hasTasks(params: Tree): boolean {
  let found = false;
  mapTree(([tensor], path) => {
    const vector = path.endsWith('bias') || path.endsWith('norm.weight');
    found ||= tensor.ndim > (vector ? 1 : 2);
    return tensor;
  }, params);
  return found;
}

/**
 * Runs a step of a model that takes `x`, without recording if neither that nor the step's parameters ask for
 * gradients: frozen layers are then as fast as where nothing is recorded at all.
 */
export function recordedIfNeeded<T>(x: Tensor | undefined, params: Tree, step: () => T): T {
  const asks = (tensor: Tensor): boolean => tensor.requiresGrad;
  if (!torch.isGradEnabled() || torch.insideVmap()) return step();
  if ((x !== undefined && asks(x)) || leaves(params).some(asks)) return step();
  return torch.noGrad(step);
}
