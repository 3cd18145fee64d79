import { gradientReader } from '../../lib/meta/gradient-reader';
import { torch } from '../../lib/torch';
import { expectGradients, float64 } from '../helpers/gradients';
import { distance } from './contract';
import { parametersOf } from './support';

const reader = gradientReader(4);
const params = parametersOf(reader, 1);
const gradients = float64([2, 3, 5]);

test('what is not present is passed over, wherever it stands', () => {
  const [first, second, third] = [0, 1, 2].map((i) => gradients.narrow(1, i, 1));
  if (!first || !second || !third) throw new Error('no rows');
  const all = torch.ones([2, 2], { dtype: 'bool' });
  const expected = reader.read(params, torch.cat([first, third], 1), all);
  const present = torch.tensor([true, false, true]).expand([2, 3]);
  expect(distance(reader.read(params, gradients, present), expected)).toBeLessThan(1e-15);
  expect(expected.shape).toEqual([2, 5]);
});

test('every coordinate and task is read by itself', () => {
  const present = torch.ones([2, 3], { dtype: 'bool' });
  const whole = reader.read(params, gradients, present);
  const part = reader.read(
    params,
    gradients.narrow(0, 1, 1).narrow(2, 3, 1),
    present.narrow(0, 1, 1),
  );
  expect(distance(part, whole.narrow(0, 1, 1).narrow(1, 3, 1))).toBeLessThan(1e-15);
});

test('its gradients are right', () => {
  const present = torch.tensor([[true, true, false]]);
  const { lstm, output } = params;
  expectGradients(
    (weight, biasHh) =>
      reader.read(
        {
          lstm: { ...lstm, biasHh: biasHh ?? lstm.biasHh },
          output: { ...output, weight: weight ?? output.weight },
        },
        gradients.narrow(0, 0, 1),
        present,
      ),
    [output.weight, lstm.biasHh],
  );
});
