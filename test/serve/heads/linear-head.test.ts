import { normalize } from '../../../lib/meta/metric/normalize';
import type { Fitted } from '../../../lib/serve/fitted';
import { HEAD_NAMES, HEADS } from '../../../lib/serve/heads';
import { linearHead } from '../../../lib/serve/heads/linear-head';
import { torch } from '../../../lib/torch';

const LABELS = ['a', 'b', 'c'];
const generator = torch.generator(3);
const x = normalize(torch.randn([12, 8], { generator }));
const queries = normalize(torch.randn([5, 8], { generator }));

const fitted = (name: (typeof HEAD_NAMES)[number]): Fitted => {
  const y = torch.arange(12).remainder(3);
  const examples = { x, y, labels: 3 };
  const state = HEADS[name].head.fit(examples);
  return { head: name, state, sharpness: 2 } as Fitted;
};

const linear = HEAD_NAMES.filter((name) => name !== 'nearest-examples' && name !== 'multi-label');

test.each(linear)('%s is one linear map of vectors', (name) => {
  const own = fitted(name);
  const { weight, bias, labels, sharpness } = linearHead(own, LABELS, 8, 'test');
  const scores = torch.linear(queries, weight, bias);
  expect(scores.allclose(HEADS[name].head.scores(own.state, queries), 1e-5, 1e-5)).toBe(true);
  expect([labels, sharpness, weight.shape]).toEqual([LABELS, 2, [3, 8]]);
});

test('a head that looks at examples is refused', () => {
  expect(() => linearHead(fitted('nearest-examples'), LABELS, 8, 'exportOnnxSync')).toThrow(
    /exportOnnxSync: Expected a head whose scores are linear .* but received 'nearest-examples'/,
  );
});
