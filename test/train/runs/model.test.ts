import { MetaModel } from '../../../lib/train';
import { junk } from '../../helpers/junk';

const facts = { learner: { kind: 'prototypical' }, encoder: { kind: 'mean' } };
const make = (...args: unknown[]): unknown => Reflect.construct(MetaModel, args);

test.each(junk())('%s is no facts, no learner and no encoder', (_, value) => {
  const refused = expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' });
  expect(() => make(value, {}, {})).toThrow(refused);
  expect(() => make({ ...facts, learner: value }, {}, {})).toThrow(refused);
  expect(() => make({ ...facts, encoder: value }, {}, {})).toThrow(refused);
  expect(() => make(facts, value, {})).toThrow(refused);
});

test('an unknown learner is named, with the nearest', () => {
  expect(() => make({ ...facts, learner: { kind: 'protypical' } }, {}, {})).toThrow(
    /facts.learner.kind of MetaModel .* did you mean prototypical\?/,
  );
});
