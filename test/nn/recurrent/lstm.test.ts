import { lstm } from '../../../lib/nn';
import { mapTree, torch } from '../../../lib/torch';
import { expectClose } from '../../helpers/gradients';
import { recurrentContract, x } from './recurrent-contract';

const layer = lstm({ inputSize: 3, hiddenSize: 2, bidirectional: true });
const params = mapTree(([w]) => w.to('float64'), layer.init(torch.generator(1)));

test('equals libtorch’s bidirectional LSTM', () => {
  const weights = [params.forward, params.backward ?? params.forward].flatMap(
    ({ input, hidden }) => {
      const bias = input.bias ?? torch.zeros([8]);
      return [input.weight, hidden.weight, bias, bias.zerosLike()];
    },
  );
  const start = torch.zeros([2, 4, 2], { dtype: 'float64' });
  const [exact] = torch.lstm(x, [start, start], weights, true, 1, 0, false, true, true);
  expectClose(layer.apply(params, { x }), exact);
  const one = lstm({ inputSize: 3, hiddenSize: 2 });
  const there = one.apply({ forward: params.forward }, { x });
  expectClose(there, exact.narrow(-1, 0, 2));
});

recurrentContract(layer, params);

test('refuses inputs and masks that do not fit', () => {
  expect(() => layer.apply(params, { x: torch.ones([5, 4]) })).toThrow(
    'Expected [..., L, 3] with L at least 1 for the x of lstm but received [5, 4]',
  );
  expect(() => layer.apply(params, { x: torch.ones([3]) })).toThrow('received [3]');
  expect(() => layer.apply(params, { x: torch.ones([4, 0, 3]) })).toThrow('received [4, 0, 3]');
  expect(() => layer.apply(params, { x, mask: torch.ones([4, 4]) })).toThrow(
    'Expected [4, 5] for the mask of lstm but received [4, 4]',
  );
});

test('refuses parameters of one direction for two, and of two for one', () => {
  expect(() => layer.apply({ forward: params.forward }, { x })).toThrow(
    'Expected parameters for backward of the parameters of lstm but received undefined',
  );
  expect(() => lstm({ inputSize: 3, hiddenSize: 2 }).apply(params, { x })).toThrow(
    'Expected nothing for backward of the parameters of lstm but received Object',
  );
  expect(() => lstm({ inputSize: 3, hiddenSize: 2, bidirectional: 'no' as never })).toThrow(
    "Expected a boolean for bidirectional of lstm but received string 'no'",
  );
});

test('reads one way unless asked for both', () => {
  const { forward, backward } = lstm({ inputSize: 3, hiddenSize: 2 }).init(torch.generator(1));
  expect(backward).toBeUndefined();
  expectClose(forward.input.weight.to('float64'), params.forward.input.weight, 0);
  const wide = lstm({ inputSize: 3, hiddenSize: 5 });
  const ofSix = wide.apply(wide.init(torch.generator(1)), { x: torch.ones([1, 4, 3]) });
  expect(ofSix.shape).toEqual([1, 4, 5]);
});
