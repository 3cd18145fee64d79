import {
  type Episodes,
  followTheMetaLeader,
  maml,
  onlineMixture,
  queryAccuracy,
} from '../../../lib/meta/index';
import { linear, trainable } from '../../../lib/nn/index';
import { adam } from '../../../lib/optim/index';
import { type Tensor, torch } from '../../../lib/torch/index';
import { treeDistance } from '../support/contract';

const SIZE = 64;
const WAYS = 3;

/** A task of classes around fixed centres, one kind for each seed. */
function taskOf(kind: number, draw: number, shots = 2): Episodes {
  const centers = torch.randn([WAYS, SIZE], { generator: torch.generator(kind) });
  const generator = torch.generator(1000 + draw);
  const part = (count: number): { inputs: Tensor; labels: Tensor } => ({
    inputs: centers
      .repeatInterleave(count, 0)
      .add(torch.randn([WAYS * count, SIZE], { generator }))
      .unsqueeze(0),
    labels: torch.arange(WAYS).repeatInterleave(count).unsqueeze(0),
  });
  return { ways: WAYS, support: part(shots), query: part(5) };
}

const learner = maml({
  model: linear({ inFeatures: SIZE, outFeatures: WAYS }),
  innerLearningRate: 0.02,
  innerSteps: 2,
});
const settings = { learner, optimizer: adam({ learningRate: 0.05 }), metaSteps: 3 };
const params = trainable(learner.init(torch.generator(1)));

test('the first tasks begin anew, and learn as one meta-leader does', () => {
  torch.scope(() => {
    const mixture = onlineMixture(settings);
    const single = followTheMetaLeader(settings);
    const task = taskOf(1, 1);
    const own = mixture.round(mixture.init(params), task);
    const alone = single.round(single.init(params), task);
    expect(own.reused).toBeNull();
    expect([own.loss, own.accuracy]).toEqual([alone.loss, alone.accuracy]);
    const [solution] = own.state.solutions;
    expect(own.state.solutions).toHaveLength(1);
    const learned = solution?.online.params ?? params;
    expect(treeDistance(learned, alone.state.params)).toBeLessThan(1e-7);
    expect(treeDistance(learned, params)).toBeGreaterThan(1e-3);
  });
});

test('a task that comes again finds the solution of its kind, another begins anew', () => {
  torch.scope(() => {
    const mixture = onlineMixture(settings);
    let state = mixture.init(params);
    for (const [i, kind] of [1, 2, 1, 2, 1, 2].entries()) {
      const round = mixture.round(state, taskOf(kind, i, 4));
      state = round.state;
      // The one used last comes last, so that the other kind is always the first of two.
      expect(round.reused).toBe(i < 2 ? null : 0);
      expect(state.solutions).toHaveLength(Math.min(i + 1, 2));
    }
    const asked = taskOf(1, 99, 4);
    const reused = mixture.round(state, asked);
    const [fresh = 1] = queryAccuracy(learner, params, asked);
    expect(reused.accuracy).toBeGreaterThan(fresh);
  });
});

test('tasks that are all new are not met by solutions that seem better by chance', () => {
  torch.scope(() => {
    const mixture = onlineMixture({ ...settings, similarity: -1, tried: 8, metaSteps: 1 });
    let state = mixture.init(params);
    const reused = Array.from({ length: 9 }, (_, kind) => {
      const round = mixture.round(state, taskOf(kind, kind));
      state = round.state;
      return round.reused;
    });
    expect(reused.filter((place) => place !== null).length).toBeLessThanOrEqual(3);
  });
});

test('a round leaves its state as it is, and forgets what was not used for longest', () => {
  torch.scope(() => {
    const mixture = onlineMixture({ ...settings, kept: 2 });
    let state = mixture.init(params);
    for (const kind of [1, 2, 3]) {
      const before = [...state.solutions];
      const { state: next } = mixture.round(state, taskOf(kind, kind, 4));
      expect(state.solutions).toEqual(before);
      state = next;
    }
    expect(state.solutions).toHaveLength(2);
    // Kind 1 is forgotten.
    const { reused } = mixture.round(state, taskOf(1, 77, 4));
    expect(reused).toBeNull();
  });
});

test('tasks of one example a class are met too', () => {
  torch.scope(() => {
    const mixture = onlineMixture(settings);
    const first = mixture.round(mixture.init(params), taskOf(1, 1, 1));
    const second = mixture.round(first.state, taskOf(1, 2, 1));
    expect(second.state.solutions.length).toBeGreaterThan(0);
    expect(Number.isFinite(second.loss)).toBe(true);
  });
});

test('says what is wrong with options and states', () => {
  const mixture = onlineMixture(settings);
  expect(() => onlineMixture({ ...settings, tried: 0 })).toThrow('a positive integer for tried');
  expect(() => onlineMixture({ ...settings, similarity: 1.1 })).toThrow(
    'a number from -1 to 1 for similarity',
  );
  expect(() => onlineMixture({ ...settings, kept: 0.5 })).toThrow('a positive integer for kept');
  const describe = () => 1 as unknown as Tensor;
  const wrong = onlineMixture({ ...settings, describe });
  expect(() => wrong.round(wrong.init(params), taskOf(1, 1))).toThrow('description of episodes');
  const none = mixture.init(params);
  const { support, ways, query } = taskOf(1, 1);
  const two = {
    inputs: torch.cat([query.inputs, query.inputs]),
    labels: torch.cat([query.labels, query.labels]),
  };
  expect(() => mixture.round(none, { ways, support, query: two })).toThrow('query sets');
});
