import { adam, adamW, clipByGlobalNorm, globalNorm, rmsprop, sgd } from '../../lib/optim';
import { type Tree, torch } from '../../lib/torch';
import { expectTyped } from '../helpers/junk';

const params = { w: torch.ones([2, 3]) };
const optimizers = [
  ['sgd', sgd({ learningRate: 0.1, momentum: 0.9 })],
  ['adam', adam()],
  ['adamW', adamW({ amsgrad: true })],
  ['rmsprop', rmsprop({ centered: true })],
] as const;

test.each(optimizers)('%s answers junk with errors that have a code', (_, optimizer) => {
  const state: { readonly [name: string]: Tree } = optimizer.init(params);
  const { update } = optimizer;
  expectTyped(optimizer.init, [params]);
  for (const run of [torch.noGrad, torch.enableGrad]) {
    run(() => {
      expectTyped(update, [params, state, params, {}]);
      for (const name of Object.keys(state)) {
        const call = (part: Tree) => update(params, { ...state, [name]: part } as never, params);
        expectTyped(call, [state[name]]);
      }
    });
  }
  expect(() => update(params, {} as never, params)).toThrow(
    /Expected a tensor for the step of the state of \w+ but received undefined/,
  );
});

test('clipping answers junk with errors that have a code', () => {
  expectTyped(clipByGlobalNorm as never, [params, 1]);
  expectTyped(globalNorm as never, [params]);
});
