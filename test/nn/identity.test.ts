import { identity } from '../../lib/nn';
import { torch } from '../../lib/torch';

test('the input comes back as it is, and there is nothing to learn', () => {
  const layer = identity();
  const x = torch.randn([2, 3], { generator: torch.generator(1) });
  expect(layer.init(torch.generator(0))).toEqual({});
  expect(layer.apply({}, x)).toBe(x);
  expect(layer.tasks).toBe(true);
});
