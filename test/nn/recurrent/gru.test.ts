import { gru } from '../../../lib/nn';
import { mapTree, type Tensor, torch } from '../../../lib/torch';
import { expectClose } from '../../helpers/gradients';
import { recurrentContract, x } from './recurrent-contract';

const layer = gru({ inputSize: 3, hiddenSize: 2, bidirectional: true });
const params = mapTree(([w]) => w.to('float64'), layer.init(torch.generator(1)));

test('equals libtorch’s bidirectional GRU', () => {
  const weights = [params.forward, params.backward ?? params.forward].flatMap(({ input, hidden }) =>
    [input.weight, hidden.weight, input.bias, hidden.bias].map((own) => own as Tensor),
  );
  const start = torch.zeros([2, 4, 2], { dtype: 'float64' });
  const [exact] = torch.gru(x, start, weights, true, 1, 0, false, true, true);
  expectClose(layer.apply(params, { x }), exact);
  const one = gru({ inputSize: 3, hiddenSize: 2 });
  expectClose(one.apply({ forward: params.forward }, { x }), exact.narrow(-1, 0, 2));
});

recurrentContract(layer, params);

test('refuses by its own name what does not fit', () => {
  expect(() => layer.apply(params, { x: torch.ones([5, 4]) })).toThrow(
    'Expected [..., L, 3] with L at least 1 for the x of gru but received [5, 4]',
  );
  expect(() => layer.apply(params, { x, mask: torch.ones([4, 4]) })).toThrow(
    'Expected [4, 5] for the mask of gru but received [4, 4]',
  );
  expect(() => gru({ inputSize: 3, hiddenSize: 2 }).apply(params, { x })).toThrow(
    'Expected nothing for backward of the parameters of gru but received Object',
  );
});
