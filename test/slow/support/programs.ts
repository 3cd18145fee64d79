import { join } from 'node:path';
import {
  maml,
  metaGradient,
  prototypical,
  queryScores,
  sineTasks,
  taskMse,
} from '../../../lib/meta';
import { linear, mlp, trainable } from '../../../lib/nn';
import { adam, adamW, clipByGlobalNorm, cosineDecay, linearWarmup, sgd } from '../../../lib/optim';
import { TextClassifier } from '../../../lib/text';
import {
  type Generator,
  mapTree,
  readNpz,
  readSafetensors,
  type Tensor,
  torch,
  writeNpz,
  writeSafetensors,
} from '../../../lib/torch';
import { buildTextLearner, evaluate, train } from '../../../lib/train';
import { LABELED, MAML, smallConfig, TEXTS } from '../../helpers/learners/text-models';
import { noisyLearner, noisyTasks } from '../../train/noisy-tasks';

/**
 * A program as users write them: takes so many steps, and calls `sample` at the same place of each. What
 * it holds there must be the same from a few steps on.
 */
export type Program = (steps: number, sample: () => void, folder: string) => void | Promise<void>;

const ROWS = 32;
const FEATURES = 6;

/** Numbers to fit: inputs and what a random linear map makes of them. */
function data(generator: Generator): { x: Tensor; y: Tensor } {
  return torch.scope(() => {
    const x = torch.randn([ROWS, FEATURES], { generator });
    return { x, y: x.matmul(torch.randn([FEATURES, 2], { generator })) };
  });
}

const model = mlp({ sizes: [FEATURES, 8, 2] });
type Params = ReturnType<typeof model.init>;

/** Runs a synchronous program in a scope, as one that ends before the next begins. */
function inScope(work: (steps: number, sample: () => void, folder: string) => void): Program {
  return (steps, sample, folder) => torch.scope(() => work(steps, sample, folder));
}

function lossOf(params: Params, { x, y }: ReturnType<typeof data>): Tensor {
  return model.apply(params, x).sub(y).square().mean();
}

const clippedSgd = inScope((steps, sample) => {
  const batch = data(torch.generator(1));
  const decay = cosineDecay({ rate: 0.05, steps });
  const optimizer = sgd({ learningRate: linearWarmup({ steps: 5, rate: decay }), momentum: 0.9 });
  const params = trainable(model.init(torch.generator(1)));
  let run = { params, state: optimizer.init(params), loss: 0 };
  for (let step = 0; step < steps; step++) {
    run = torch.replace(run, ({ params, state }) => {
      const loss = lossOf(params, batch);
      const { gradients } = clipByGlobalNorm(torch.grad(loss, params), 1);
      return { ...optimizer.update(gradients, state, params), loss: Number(loss.item()) };
    });
    sample();
  }
});

const averagedAdam = inScope((steps, sample) => {
  const batch = data(torch.generator(2));
  const optimizer = adamW({ learningRate: 0.01 });
  const params = trainable(model.init(torch.generator(2)));
  const average = mapTree(([p]) => p.detach().clone(), params);
  let run = { params, state: optimizer.init(params), average };
  for (let step = 0; step < steps; step++) {
    run = torch.replace(run, ({ params, state, average }) => {
      const next = optimizer.update(torch.grad(lossOf(params, batch), params), state, params);
      const moved = torch.noGrad(() =>
        mapTree(([mean, p]) => mean.lerp(p.detach(), 0.1), average, next.params),
      );
      return { ...next, average: moved };
    });
    sample();
  }
});

/** As in PyTorch: gradients accumulate, and weights change in place. */
const inPlace = inScope((steps, sample) => {
  const { x, y } = data(torch.generator(3));
  const weight = torch.zeros([FEATURES, 2], { requiresGrad: true });
  for (let step = 0; step < steps; step++) {
    torch.scope(() => {
      x.matmul(weight).sub(y).square().mean().backward();
      const { grad } = weight;
      if (grad !== null) torch.noGrad(() => weight.sub_(grad, { alpha: 0.1 }));
      weight.grad = null;
    });
    sample();
  }
});

const mamlOnSines = inScope((steps, sample) => {
  const learner = maml({
    model: mlp({ sizes: [1, 8, 1] }),
    loss: taskMse,
    innerLearningRate: 0.01,
    innerSteps: 2,
  });
  const generator = torch.generator(4);
  const optimizer = adam({ learningRate: 1e-3 });
  const params = trainable(learner.init(generator));
  let run = { params, state: optimizer.init(params) };
  for (let step = 0; step < steps; step++) {
    run = torch.replace(run, ({ params, state }) => {
      const { gradients } = metaGradient(learner, params, sineTasks(generator, { tasks: 3 }));
      return optimizer.update(gradients, state, params);
    });
    sample();
  }
});

const trainedPrototypes: Program = async (steps, sample) => {
  const learner = noisyLearner(0.2);
  const start = learner.init(torch.generator(5));
  const { params } = await train({
    learner,
    params: start,
    optimizer: adam({ learningRate: 0.02 }),
    episodes: noisyTasks,
    steps,
    generator: torch.generator(5),
    evaluate: (own) => evaluate(learner, own, [() => noisyTasks(1001)]),
    // The best parameters so far are kept from the first evaluation on.
    evaluateEvery: Math.ceil(steps / 10),
    logger: { step: sample },
  });
  for (const tensor of [params.weight, start.weight]) tensor.dispose();
};

/** A classifier whose examples grow, and are forgotten again. */
const growingClassifier = inScope((steps, sample) => {
  const built = buildTextLearner(smallConfig(MAML));
  const own = { ...built, params: built.learner.init(torch.generator(6)) };
  const examples = [...LABELED];
  for (let step = 0; step < steps; step++) {
    examples.push({ text: TEXTS[step % TEXTS.length] ?? '', label: 'food' });
    if (examples.length > 8) examples.splice(LABELED.length);
    const classifier = new TextClassifier(own, examples);
    classifier.predict(TEXTS);
    classifier.dispose();
    sample();
  }
});

const jacobians = inScope((steps, sample) => {
  const { x } = data(torch.generator(7));
  const forOne = (row: Tensor): Tensor => row.sin().mul(row.sum());
  for (let step = 0; step < steps; step++) {
    torch.scope(() => {
      const point = x.select(0, step % ROWS);
      torch.jacobian(forOne, point);
      torch.hessian((at: Tensor) => forOne(at).sum(), point);
      torch.vmap(forOne)(x);
    });
    sample();
  }
});

const customSteps = inScope((steps, sample) => {
  const { x, y } = data(torch.generator(8));
  const layer = (w: Tensor): Tensor => torch.checkpoint((at: Tensor) => x.matmul(at).tanh(), w);
  const loss = (w: Tensor): Tensor => layer(w).sub(y).square().mean();
  let weight: Tensor = torch.zeros([FEATURES, 2]);
  for (let step = 0; step < steps; step++) {
    weight = torch.replace(weight, (old) => {
      const w = old.detach().requiresGrad_();
      const [gradient] = torch.grad(loss(w), [w], { createGraph: true });
      const [curvature] = torch.grad(gradient.square().sum(), [w]);
      return torch.noGrad(() => old.sub(gradient.detach().add(curvature, { alpha: 0.01 })));
    });
    sample();
  }
});

const evaluation = inScope((steps, sample) => {
  const learner = prototypical({ encoder: linear({ inFeatures: 10, outFeatures: 4 }) });
  const params = learner.init(torch.generator(9));
  for (let step = 0; step < steps; step++) {
    evaluate(learner, params, [() => noisyTasks(step)]);
    queryScores(learner, params, () => noisyTasks(step));
    sample();
  }
});

const files = inScope((steps, sample, folder) => {
  let tree: Record<string, Tensor> = { x: torch.ones([16, 16]), y: torch.zeros([4]) };
  const safetensors = join(folder, 'x.safetensors');
  const npz = join(folder, 'x.npz');
  for (let step = 0; step < steps; step++) {
    tree = torch.replace(tree, (own): Record<string, Tensor> => {
      writeSafetensors(safetensors, own);
      writeNpz(npz, own);
      const [a, b] = [readSafetensors(safetensors).tensors, readNpz(npz)];
      return mapTree(([p, q]) => p.add(q).div(2), a, b);
    });
    sample();
  }
});

/** Ten programs by what they are about. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  'SGD with momentum, schedule and clipping': clippedSgd,
  'AdamW and an average of its parameters': averagedAdam,
  'backward() and weights changed in place': inPlace,
  'MAML on sines': mamlOnSines,
  'Prototypical Networks by train()': trainedPrototypes,
  'a classifier whose examples grow': growingClassifier,
  'Jacobians, Hessians and vmap': jacobians,
  'steps of second order through a checkpoint': customSteps,
  evaluation,
  'files written and read': files,
};
