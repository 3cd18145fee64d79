import { valueAndGrad } from '../autograd/value-and-grad';
import { hvp, jvp, vjp } from '../autograd/vjp-jvp';
import { vmap } from '../autograd/vmap';
import { functionalCall, stackModuleState } from './ensemble';
import { grad } from './grad';
import { hessian, jacfwd, jacrev } from './jacobians';
import { linearize } from './linearize';

/**
 * `torch.func`: functions of functions, which give derivatives of a function as a function of the same
 * arguments, or apply it to many samples. They nest.
 */
export const func = {
  grad,
  valueAndGrad,
  jacrev,
  jacfwd,
  hessian,
  linearize,
  jvp,
  vjp,
  hvp,
  vmap,
  functionalCall,
  stackModuleState,
};
