import { AutogradFunction } from './function/function';
import { detectAnomaly } from './graph/detect-anomaly';
import { savedTensorsHooks } from './graph/saved-tensors-hooks';

/** `torch.autograd`: derivatives of one's own, and a look into graphs. */
export const autograd = {
  Function: AutogradFunction,
  savedTensorsHooks,
  detectAnomaly,
};
