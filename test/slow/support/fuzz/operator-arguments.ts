import { camelCase } from '../../../../lib/camel-case';
import type { OverloadInfo, ParameterInfo } from '../../../../lib/native';
import { DTYPES, torch } from '../../../../lib/torch';
import { binding } from '../../../../lib/torch/binding';
import { isUsable } from '../../../../lib/torch/operators/overload';
import { hostile } from './hostile';
import type { Random } from './random';
import { indexTensor, type Plan, randomPlan, randomTensor } from './tensors';

const WORDS = (
  'none mean sum floor trunc ij xy reflect constant replicate circular fro nuc tanh L U linear lower ' +
  'midpoint higher nearest amax amin prod right left complete reduced r cyclic forward ortho max min ' +
  'gesvd gesvdj sum_ ij,jk->ik i,i-> ...i->...'
).split(' ');
const DEVICES = ['cpu', 'cpu', 'cpu', 'meta', 'cuda', 'cuda:0', 'cpu:3', 'nowhere'];
const LAYOUTS = ['strided', 'sparse_coo', 'sparse_csr', 'sparse_csc', 'sparse_bsr', 'nonsense'];
const FORMATS = ['contiguous_format', 'preserve_format', 'channels_last', 'channels_last_3d'];
const FLOATS = [0, 1, 0.5, 0.1, -1, 2, 1e-5, 1e308, Number.NaN, Infinity, -Infinity] as const;
const EXTREMES = [
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  -(2 ** 31),
  2 ** 53 - 1,
  2n ** 63n - 1n,
  -(2n ** 63n),
  1000,
  -1000,
] as const;
const INDICES =
  /index|indices|target|label|offset|length|batch_sizes|pivot|segment|mapping|boundaries|crow|col|row|tril/;

/**
 * Operators whose work grows with the square of a size, and the largest size that they are given: with more they
 * would take longer than a call may, and rightly so.
 */
const QUADRATIC: Readonly<Record<string, number>> = {
  'aten::multilabel_margin_loss': 2000,
  'aten::multilabel_margin_loss_forward': 2000,
  'aten::multilabel_margin_loss_backward': 2000,
};

/** A tensor, number or other value that the parameter's type takes. */
function valueFor(parameter: ParameterInfo, random: Random, plan: Plan): unknown {
  const type = parameter.type.replace(/\?$/, '');
  if (type.endsWith('[]')) return listFor(type.slice(0, -2), parameter, random, plan);
  return single(type, parameter.name, random, plan);
}

function listFor(type: string, parameter: ParameterInfo, random: Random, plan: Plan): unknown {
  if (parameter.length > 0 && random.chance(0.4)) {
    return single(type, parameter.name, random, plan);
  }
  const given = /size|shape/.test(parameter.name) && random.chance(0.5);
  if (given && /int|Int/.test(type)) return [...plan.shape];
  const length = parameter.length > 1 && random.chance(0.9) ? parameter.length : random.int(5);
  return random.list(length, () => single(type, parameter.name, random, plan));
}

function single(type: string, name: string, random: Random, plan: Plan): unknown {
  switch (type) {
    case 'Tensor':
      return INDICES.test(name) ? indexTensor(random, plan) : randomTensor(random, plan);
    case 'Tensor?':
      return random.chance(0.3) ? null : single('Tensor', 'indices', random, plan);
    case 'int':
    case 'SymInt':
      return integer(name, random);
    case 'float':
      return random.pick(FLOATS);
    case 'bool':
      return random.chance(0.5);
    case 'Scalar':
      return scalar(random);
    case 'str':
      return random.pick(WORDS);
    case 'ScalarType':
      return random.pick(DTYPES);
    case 'Layout':
      return random.pick(LAYOUTS);
    case 'MemoryFormat':
      return random.pick(FORMATS);
    case 'Device':
      return random.pick(DEVICES);
    case 'Generator':
      return torch.generator(1);
    default:
      return hostile(random);
  }
}

function integer(name: string, random: Random): number | bigint {
  if (random.chance(0.06)) return random.pick(EXTREMES);
  if (/dim|axis/.test(name)) return random.int(6) - 3;
  return random.chance(0.1) ? -1 - random.int(3) : random.int(6);
}

function scalar(random: Random): unknown {
  if (random.chance(0.5)) return random.int(7) - 2;
  return random.pick([...FLOATS, ...EXTREMES, true, { re: 1, im: -2 }]);
}

const known = new Map<string, OverloadInfo[]>();

function overloadsOf(name: string): OverloadInfo[] {
  let found = known.get(name);
  if (found === undefined) {
    found = binding.overloads(name).filter(isUsable);
    known.set(name, found);
  }
  return found;
}

/** Arguments by one of the operator's schemas: some left out, some by name, few of them hostile. */
export function operatorArguments(name: string, random: Random): unknown[] {
  const overloads = overloadsOf(name);
  if (overloads.length === 0) return random.list(random.int(3), () => hostile(random));
  const { parameters } = random.pick(overloads);
  const plan = randomPlan(random, QUADRATIC[name]);
  const positional: unknown[] = [];
  const options: Record<string, unknown> = {};
  let named = false;
  for (const parameter of parameters) {
    const optional = parameter.optional || parameter.type.endsWith('?');
    if (optional && random.chance(0.6)) {
      named = true;
      continue;
    }
    const wrong = random.chance(0.02);
    const value = wrong ? hostile(random) : valueFor(parameter, random, plan);
    if (parameter.keywordOnly || named) options[camelCase(parameter.name)] = value;
    else positional.push(value);
  }
  if (random.chance(0.01)) options[random.pick(['nonsense', 'dim', '__proto__'])] = hostile(random);
  if (random.chance(0.01)) positional.pop();
  if (random.chance(0.01)) positional.push(hostile(random));
  return Object.keys(options).length > 0 ? [...positional, options] : positional;
}
