import { camelCase } from '../../../../lib/camel-case';
import { placeOf, publicName } from '../../../../lib/operator-name';
import { Tensor, torch } from '../../../../lib/torch';
import { binding } from '../../../../lib/torch/binding';
import { FFT } from '../../../../lib/torch/operators/generated/fft';
import { FUNCTIONS } from '../../../../lib/torch/operators/generated/functions';
import { LINALG } from '../../../../lib/torch/operators/generated/linalg';
import { SPARSE } from '../../../../lib/torch/operators/generated/sparse';
import { SPECIAL } from '../../../../lib/torch/operators/generated/special';
import { METHODS } from '../../../../lib/torch/operators/generated/tensor-methods';
import { hostile } from './hostile';
import { operatorArguments } from './operator-arguments';
import type { Random } from './random';
import { RECIPES } from './recipes/index';

/** One function of the public surface, and how it is called with arguments that a source draws. */
export type Target = {
  readonly area: string;
  readonly name: string;
  /** Makes the arguments and gives what calls the function with them. */
  prepare(random: Random): { run: () => unknown; args: unknown };
};

type Fn = (...args: unknown[]) => unknown;

function methodTarget(name: string): Target {
  const method: Fn = Reflect.get(Tensor.prototype, camelCase(name));
  return {
    area: 'operators',
    name: `Tensor.${camelCase(name)}`,
    prepare(random) {
      const [self, ...args] = operatorArguments(`aten::${name}`, random);
      const receiver = random.chance(0.005) ? hostile(random) : self;
      return { run: () => Reflect.apply(method, receiver, args), args: [receiver, ...args] };
    },
  };
}

function functionTarget(area: string, name: string, fn: Fn, operator: string): Target {
  return {
    area,
    name,
    prepare(random) {
      const args = operatorArguments(operator, random);
      return { run: () => fn(...args), args };
    },
  };
}

function operatorTargets(): Target[] {
  const functions = [...FUNCTIONS, ...LINALG, ...FFT, ...SPECIAL, ...SPARSE].map((operator) => {
    const { namespace, name } = placeOf(operator);
    const fn = Reflect.get(namespace === undefined ? torch : torch[namespace], name) as Fn;
    return functionTarget('operators', `torch.${publicName(operator)}`, fn, `aten::${operator}`);
  });
  return [...METHODS.map(methodTarget), ...functions];
}

/** Every operator by its own name, those included that are no part of the public surface. */
function opsTargets(): Target[] {
  return binding.operatorNames('aten').map((full) => {
    const name = full.slice('aten::'.length);
    const fn: Fn = (...args) => torch.ops.aten?.[name]?.(...args);
    return functionTarget('ops', `ops.aten.${name}`, fn, full);
  });
}

export const AREAS = [
  'operators',
  'ops',
  'fused',
  'tensor',
  'torch',
  'autograd',
  'trees',
  'files',
  'nn',
  'optim',
  'meta',
  'text',
  'datasets',
  'language',
  'tasks',
  'serve',
  'train',
] as const;

/** How often an area is drawn, beside the others. */
const WEIGHTS: Readonly<Record<string, number>> = { operators: 10, ops: 5 };

/** The targets of some areas, or those of one name, in an order that is always the same. */
export function selectTargets(areas: readonly string[], only: string | undefined): Target[][] {
  const all = [...operatorTargets(), ...opsTargets(), ...RECIPES];
  const matches = ({ name }: Target) =>
    only === undefined || name === only || name.endsWith(`.${only}`);
  return areas
    .map((area) => all.filter((target) => target.area === area && matches(target)))
    .filter((targets) => targets.length > 0)
    .flatMap((targets) => new Array(WEIGHTS[targets[0]?.area ?? ''] ?? 1).fill(targets));
}
