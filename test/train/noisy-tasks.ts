import { type Episodes, type Learner, type Prototypes, prototypical } from '../../lib/meta';
import { dropout, type Layer, type LinearParams, linear } from '../../lib/nn';
import { type Tensor, torch } from '../../lib/torch';
import { shuffledRows } from '../helpers/learners/shuffled-rows';

const TASKS = 8;
const WAYS = 3;
const EACH = 5;
const SIGNAL = 2;
const NOISE = 8;

/**
 * Tasks whose classes differ in two features and not in eight others, which are so much larger that
 * distances tell nothing until a learner has found out which features count.
 */
export function noisyTasks(seed: number): Episodes {
  const generator = torch.generator(seed);
  const centers = torch.randn([TASKS, WAYS, 1, SIGNAL], { generator }).mul(3);
  // Of its own, so that the order changes no other number.
  const orders = torch.generator(seed);
  const examples = () => {
    const signal = torch.randn([TASKS, WAYS, EACH, SIGNAL], { generator }).mul(0.3).add(centers);
    const noise = torch.randn([TASKS, WAYS, EACH, NOISE], { generator }).mul(20);
    const inputs = torch.cat([signal, noise], -1).flatten(1, 2);
    const labels = torch.arange(WAYS).repeatInterleave(EACH).expand([TASKS, -1]);
    return shuffledRows({ inputs, labels }, orders);
  };
  return { ways: WAYS, support: examples(), query: examples() };
}

/** A Prototypical Network with one weight `[4, 10]` for these tasks. */
export function noisyLearner(p = 0): Learner<LinearParams, Prototypes<LinearParams>> {
  const layer = linear({ inFeatures: SIGNAL + NOISE, outFeatures: 4, bias: false });
  const drop = dropout({ p });
  const encoder: Layer<LinearParams> = {
    init: layer.init,
    apply: (params, x: Tensor, context) => drop.apply({}, layer.apply(params, x), context),
  };
  return prototypical({ encoder });
}
