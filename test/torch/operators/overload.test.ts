import { camelCase } from '../../../lib/camel-case';
import { loadNative, type OverloadInfo } from '../../../lib/native';
import { torch } from '../../../lib/torch/index';
import { Operator } from '../../../lib/torch/operators/dispatch';
import { FFT } from '../../../lib/torch/operators/generated/fft';
import { FUNCTIONS } from '../../../lib/torch/operators/generated/functions';
import { LINALG } from '../../../lib/torch/operators/generated/linalg';
import { SPARSE } from '../../../lib/torch/operators/generated/sparse';
import { SPECIAL } from '../../../lib/torch/operators/generated/special';
import { METHODS } from '../../../lib/torch/operators/generated/tensor-methods';
import { compileOverload, isUsable } from '../../../lib/torch/operators/overload';

const tensor = torch.zeros([2]);

// Sample arguments for every type of a schema; numbers with and without a fraction where both fit.
const SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  Tensor: [tensor],
  'Tensor[]': [[tensor]],
  'Tensor?[]': [[tensor, null]],
  int: [3],
  SymInt: [3],
  float: [0.5, 2],
  bool: [true],
  Scalar: [2.5, 2, true, { re: 1, im: 2 }],
  str: ['x'],
  ScalarType: ['float32'],
  Layout: ['strided'],
  MemoryFormat: ['contiguous_format'],
  Device: ['cpu'],
  Generator: [torch.generator(1)],
  'int[]': [[1, 2]],
  'SymInt[]': [[1, 2]],
  'float[]': [[0.5], [1]],
  'bool[]': [[true]],
  'Scalar[]': [[2.5], [1]],
  'Scalar?[]': [[2.5, null], [1]],
};

// Where an earlier overload takes the arguments by other names: `random_(to)` is `from = 0` too.
const RENAMED = new Set(['aten::random.from', 'aten::random_.from']);

const isOptional = (p: OverloadInfo['parameters'][number]): boolean =>
  p.optional || p.type.endsWith('?');

function samplesOf({ type, length }: OverloadInfo['parameters'][number]): unknown[] {
  const samples = [...(SAMPLES[type.replace(/\?$/, '')] ?? [])];
  if (length > 0) samples.push(...(SAMPLES[type.replace(/\[\]\??$/, '')] ?? []));
  return samples;
}

/** Calls that mean this overload: by position up to every length, and with each option by name. */
function callsOf(info: OverloadInfo): { args: unknown[]; names: string[] }[] {
  const samples = info.parameters.map(samplesOf);
  if (samples.some((each) => each.length === 0)) return [];
  const positional = info.parameters.filter((p) => !p.keywordOnly).length;
  const required = info.parameters.filter((p) => !isOptional(p)).length;
  const names = info.parameters.map((p) => camelCase(p.name));
  const calls: { args: unknown[]; names: string[] }[] = [];
  for (let count = required; count <= positional; count++) {
    if (!info.parameters.slice(count).every(isOptional)) continue;
    const given = samples.slice(0, count);
    const variants = Math.max(1, ...given.map((each) => each.length));
    for (let i = 0; i < variants; i++) {
      const args = given.map((each) => each[i % each.length]);
      calls.push({ args, names: names.slice(0, count) });
      samples.slice(count).forEach((each, j) => {
        const option = names[count + j] as string;
        calls.push({ args: [...args, { [option]: each[0] }], names: [option] });
      });
    }
  }
  return calls;
}

/** What is wrong with the overload that a call resolves to; undefined if it is the one or as good. */
function misresolved(operator: Operator, info: OverloadInfo): string[] {
  const wanted = compileOverload(info);
  return callsOf(info).flatMap(({ args, names }) => {
    const { overload } = operator.resolve(args);
    if (overload.id === info.id) return [];
    const taken = overload.parameters.map((p) => p.name);
    const sameNames = names.every(
      (name, i) => (i === 0 && info.parameters[0]?.type === 'Tensor') || taken.includes(name),
    );
    const sameReturns = overload.returns.join() === wanted.returns.join();
    if (sameNames && sameReturns) return [];
    return [`${info.schema} <- (${names.join(', ')}) resolves to ${overload.schema}`];
  });
}

test('every call resolves to the overload that it means, or to one that takes the same', () => {
  const native = loadNative();
  const wrong: string[] = [];
  let checked = 0;
  for (const name of new Set<string>([
    ...METHODS,
    ...FUNCTIONS,
    ...LINALG,
    ...FFT,
    ...SPECIAL,
    ...SPARSE,
  ])) {
    const operator = new Operator(`aten::${name}`);
    for (const info of native.overloads(`aten::${name}`).filter(isUsable)) {
      if (RENAMED.has(`${info.name}.${info.overload}`)) continue;
      wrong.push(...misresolved(operator, info));
      checked += 1;
    }
  }
  expect(wrong).toEqual([]);
  expect(checked).toBeGreaterThan(1250);
});

test('stft pads at both ends unless told otherwise, as in PyTorch', () => {
  const x = torch.arange(16, { dtype: 'float32' });
  const window = torch.ones([8]);
  const spectrum = x.stft(8, { window, returnComplex: true });
  expect(spectrum.shape).toEqual([5, 9]);
  expect(x.stft(8, { window, center: false, returnComplex: true }).shape).toEqual([5, 5]);
});

test('derivatives of operators are no part of the surface, and are refused by their own names', () => {
  const names = [...FUNCTIONS, ...METHODS] as readonly string[];
  expect(names.filter((name) => /backward/.test(name))).toEqual([]);
  const x = torch.ones([2]);
  expect(() => torch.ops.aten?.tanh_backward?.(x, x)).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_NOT_IMPLEMENTED',
      message: expect.stringMatching(/tanh_backward is the derivative .* torch\.grad/),
    }),
  );
});
