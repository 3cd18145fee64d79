import { gelu, relu, tanh } from '../../lib/nn';
import { type Tensor, torch } from '../../lib/torch';
import { readFixture } from '../helpers/fixture';
import { expectGradients, expectNumbers, float64, numbers } from '../helpers/gradients';

type Fixture = Record<'x' | 'relu' | 'gelu' | 'tanh', number[]>;

const fixture = readFixture<{ activations: Fixture }>('nn').activations;

describe.each([
  ['relu', relu()],
  ['gelu', gelu()],
  ['tanh', tanh()],
] as const)('%s', (name, layer) => {
  test('equals PyTorch', () => {
    expectNumbers(numbers(layer.apply({}, torch.tensor(fixture.x))), fixture[name], 1e-6);
  });

  test('is twice differentiable', () => {
    expectGradients((x) => layer.apply({}, x as Tensor), [float64([3, 4])]);
  });

  test('has no parameters and refuses what is no tensor', () => {
    expect(layer.init(torch.generator(1))).toEqual({});
    expect(() => layer.apply({}, 1 as never)).toThrow(`Expected a tensor for the input of ${name}`);
  });
});
