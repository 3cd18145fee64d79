import { array, calledAs, withMethods } from '../../check';
import { invalidArgument } from '../../errors';
import { named } from '../autograd/checks';
import { functions } from '../operators/operators';
import { scope } from '../scope';
import { mapTree, type Tree } from '../tree';

/** What computes with parameters that it is given, such as a layer of `nn`. */
export type Functional<P, A extends readonly unknown[], O> = {
  apply(params: P, ...inputs: A): O;
};

const functional = withMethods<Functional<never, never, unknown>>('a layer', 'apply');

/**
 * `layer.apply(params, ...inputs)`. Layers of this library are functions of their parameters already;
 * this is the name by which PyTorch calls a module so.
 *
 * @throws ArgumentTypeError unless `layer` has `apply`
 */
export function functionalCall<P, A extends readonly unknown[], O>(
  layer: Functional<P, A, O>,
  params: P,
  ...inputs: A
): O {
  return functional(layer, 'layer', 'functionalCall').apply(params, ...inputs);
}

/**
 * The parameters of several models of one structure as one tree, stacked along a new first dimension, so
 * that `torch.vmap` runs all models at once.
 *
 *     const params = torch.func.stackModuleState(models);
 *     const outputs = torch.vmap(layer.apply, { inDims: [0, null] })(params, x); // [models, …]
 *
 * The tensors are leaves of their own, and require gradients where those of the models do.
 *
 * @throws ArgumentTypeError for no models, or such that differ in structure
 * @throws TorchError `ERR_TORCH_SHAPE` where shapes differ
 */
export function stackModuleState<P extends Tree>(models: readonly P[]): P {
  const [first, ...others] = array(models, 'trees', 'models', 'stackModuleState');
  if (first === undefined) {
    throw invalidArgument(
      'at least one model',
      'models of stackModuleState',
      models,
      'stackModuleState',
    );
  }
  return scope(() =>
    named('models', 'stackModuleState', () =>
      mapTree(
        (tensors) => {
          const own = tensors.map((tensor) => tensor.detach());
          const stacked = calledAs({ operator: 'stackModuleState' }, () => functions.stack(own));
          return stacked.requiresGrad_(tensors[0].requiresGrad);
        },
        first,
        ...others,
      ),
    ),
  );
}
