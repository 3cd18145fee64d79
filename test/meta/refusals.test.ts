import {
  contrastiveSiamese,
  type Episodes,
  graphNetwork,
  induction,
  type Learner,
  mann,
  matching,
  metaNetworks,
  metaOptNet,
  nearestClassMean,
  prototypical,
  r2d2,
  relation,
  siamese,
  snail,
} from '../../lib/meta';
import { linear, mlp } from '../../lib/nn';
import { flattenTree, mapTree, type Tensor, type Tree, torch } from '../../lib/torch';
import { randomEpisodes } from './support/support';

const encoder = linear({ inFeatures: 4, outFeatures: 5 });
const sizes = { dimensions: 5, ways: 3 };

const single = ({ ways, support, query }: Episodes): Episodes => ({
  ways,
  support: { ...support, inputs: support.inputs.to('float32') },
  query: { ...query, inputs: query.inputs.to('float32') },
});
const episodes = single(randomEpisodes(torch.generator(1)));

/** What is thrown, as far as programs and people see it. */
function refusal(fn: () => unknown): { code: unknown; message: string; operator: unknown } {
  try {
    fn();
  } catch (error) {
    const { code, message, operator } = Object(error);
    return { code, message: String(message), operator };
  }
  throw new Error('nothing was refused');
}

/** «Expected X for Y but received Z», with a code. */
function expectRefusal(fn: () => unknown, message: RegExp = /./): void {
  const found = refusal(fn);
  expect(found.message).toMatch(/^Expected .+ for .+ but received .+$/s);
  expect(found.message).toMatch(message);
  expect(String(found.code)).toMatch(/^ERR_TORCH_/);
}

/** Calls a method as JavaScript does, which knows no types. */
function call(learner: object, method: string, ...args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(learner, method), learner, args);
}

const JUNK = [undefined, null, 5, 'five', []];

function itRefusesJunk<P extends Tree, A>(learner: Learner<P, A>, name: string): void {
  const params = learner.init(torch.generator(1));
  const { support, query, ways } = episodes;
  const adapted = learner.adapt(params, support, ways);

  test('takes what is right', () => {
    expect(learner.predict(adapted, query.inputs).shape).toEqual([3, 6, 3]);
  });

  test.each(JUNK)('parameters that are %p', (junk) => {
    expectRefusal(() => call(learner, 'adapt', junk, support, ways));
  });

  test.each(JUNK)('a support set that is %p', (junk) => {
    expectRefusal(() => call(learner, 'adapt', params, junk, ways));
    expectRefusal(() => call(learner, 'adapt', params, { ...support, inputs: junk }, ways));
    expectRefusal(() => call(learner, 'adapt', params, { ...support, labels: junk }, ways));
  });

  test.each([undefined, null, '3', 0, -1, 2.5, Number.NaN])('ways that are %p', (junk) => {
    expectRefusal(() => call(learner, 'adapt', params, support, junk), /ways of/);
  });

  test.each(JUNK)('adapted values that are %p', (junk) => {
    expectRefusal(() => call(learner, 'predict', junk, query.inputs));
    for (const key of Object.keys(Object(adapted)).filter((own) => own !== 'ways')) {
      if (Array.isArray(junk)) continue;
      const own = { ...Object(adapted), [key]: junk };
      expectRefusal(() => call(learner, 'predict', own, query.inputs));
    }
  });

  test.each(JUNK)('queries that are %p', (junk) => {
    expectRefusal(() => call(learner, 'predict', adapted, junk));
  });

  test.each([
    ['one task', (x: Tensor) => x.narrow(0, 0, 1)],
    ['two tasks', (x: Tensor) => x.narrow(0, 0, 2)],
    ['no task axis', (x: Tensor) => x.select(0, 0)],
  ] as const)('queries of %s for three tasks', (_, change) => {
    const message = new RegExp(
      `\\[3, q, .\\] for the embedded queries of ${name} but received \\[`,
    );
    expectRefusal(() => learner.predict(adapted, change(query.inputs)), message);
  });

  test('support sets without a task axis', () => {
    const own = { inputs: support.inputs.select(0, 0), labels: support.labels };
    expectRefusal(() => learner.adapt(params, own, ways), new RegExp(name));
  });

  test('inputs of another size', () => {
    const short = (x: Tensor) => x.narrow(2, 0, 3);
    const own = { ...support, inputs: short(support.inputs) };
    expectRefusal(() => learner.adapt(params, own, ways));
    expectRefusal(() => learner.predict(adapted, short(query.inputs)));
  });

  test('every parameter that is missing, and those of other shapes', () => {
    for (const path of Object.keys(flattenTree(params))) {
      const other = mapTree(([w], at) => (at === path ? torch.ones([2, 2, 2, 2]) : w), params);
      expectRefusal(() => learner.predict(learner.adapt(other, support, ways), query.inputs));
    }
    for (const name of Object.keys(params)) {
      if (name === 'bias') continue;
      const { [name]: _, ...others }: Record<string, unknown> = Object(params);
      expectRefusal(() => call(learner, 'adapt', others, support, ways));
    }
  });
}

describe.each([
  ['prototypical', () => itRefusesJunk(prototypical({ encoder }), 'prototypical')],
  ['nearestClassMean', () => itRefusesJunk(nearestClassMean({ encoder }), 'nearestClassMean')],
  ['matching', () => itRefusesJunk(matching({ encoder }), 'matching')],
  [
    'matching in full context',
    () => itRefusesJunk(matching({ encoder, fullContext: { dimensions: 5 } }), 'matching'),
  ],
  [
    'relation',
    () => itRefusesJunk(relation({ encoder, relation: mlp({ sizes: [10, 1] }) }), 'relation'),
  ],
  ['induction', () => itRefusesJunk(induction({ encoder, dimensions: 5 }), 'induction')],
  ['siamese', () => itRefusesJunk(siamese({ encoder, dimensions: 5 }), 'siamese')],
  [
    'contrastiveSiamese',
    () => itRefusesJunk(contrastiveSiamese({ encoder }), 'contrastiveSiamese'),
  ],
  ['graphNetwork', () => itRefusesJunk(graphNetwork({ encoder, ...sizes }), 'graphNetwork')],
  ['r2d2', () => itRefusesJunk(r2d2({ encoder }), 'r2d2')],
  ['metaOptNet', () => itRefusesJunk(metaOptNet({ encoder }), 'metaOptNet')],
  ['mann', () => itRefusesJunk(mann({ encoder, ...sizes, slots: 8 }), 'mann')],
  ['snail', () => itRefusesJunk(snail({ encoder, ...sizes, length: 7 }), 'snail')],
  [
    'metaNetworks',
    () => {
      const representation = linear({ inFeatures: 4, outFeatures: 2 });
      const model = linear({ inFeatures: 4, outFeatures: 3 });
      itRefusesJunk(metaNetworks({ model, representation, hiddenSize: 3 }), 'metaNetworks');
    },
  ],
] as const)('%s refuses', (_, define) => define());

test('learners with a place for every class refuse episodes of other ways', () => {
  for (const [name, define] of [
    ['graphNetwork', () => graphNetwork({ encoder, ...sizes })],
    ['mann', () => mann({ encoder, ...sizes, slots: 8 })],
    ['snail', () => snail({ encoder, ...sizes, length: 7 })],
  ] as const) {
    const learner = define();
    const params = learner.init(torch.generator(1));
    for (const ways of [2, 4]) {
      expectRefusal(
        () => call(learner, 'adapt', params, episodes.support, ways),
        new RegExp(`^Expected 3 for ways of ${name} but received number ${ways}$`),
      );
    }
  }
});
