// Which operators have a form in TypeScript, and what the types of their arguments and results are there.
'use strict';

/** @typedef {import('../../lib/native').OverloadInfo} OverloadInfo */
/** @typedef {import('../../lib/native').ParameterInfo} ParameterInfo */

// As isUsable in lib/torch/operators/overload.ts.
const SHADOWING = new Set(['aten::stft.']);

// As in lib/torch/operators/unreachable.ts.
const DERIVATIVE = /_backward(?:_|$)/;
const PACKED = /^aten::(?:fbgemm_|quantized_(?:lstm|gru|rnn_))/;

/** @type {Record<string, string>} */
const TYPES = {
  Tensor: 'Tensor',
  'Tensor?': 'Tensor | null',
  'Tensor[]': 'readonly Tensor[]',
  'Tensor?[]': 'readonly (Tensor | null)[]',
  int: 'number',
  SymInt: 'number',
  float: 'number',
  bool: 'boolean',
  Scalar: 'Scalar',
  str: 'string',
  ScalarType: 'Dtype',
  Layout: 'Layout',
  MemoryFormat: 'MemoryFormat',
  Device: 'string',
  Generator: 'Generator',
  'int[]': 'readonly number[]',
  'SymInt[]': 'readonly number[]',
  'float[]': 'readonly number[]',
  'bool[]': 'readonly boolean[]',
  'Scalar[]': 'readonly Scalar[]',
};

/** @type {Record<string, string>} */
const RETURNS = {
  Tensor: 'Tensor',
  'Tensor[]': 'Tensor[]',
  int: 'number',
  SymInt: 'number',
  float: 'number',
  bool: 'boolean',
  SymBool: 'boolean',
  Scalar: 'Scalar',
};

/** @param {ParameterInfo} parameter */
function typeOf(parameter) {
  const bare = TYPES[parameter.type] ?? TYPES[parameter.type.replace(/\?$/, '')];
  if (bare === undefined) return undefined;
  const single = parameter.length > 0 ? TYPES[parameter.type.replace(/\[\]\??$/, '')] : undefined;
  return single === undefined ? bare : `${single} | ${bare}`;
}

/**
 * Of types that have a form in TypeScript, and changing nothing, or nothing but `self` in place.
 * Derivatives of other operators are autograd's own, which gives them what they do not check;
 * packed weights are bytes of which nothing tells whether they are packed.
 * Named dimensions are left out: libtorch itself has deprecated them.
 * @param {OverloadInfo} overload
 */
function isPublic(overload) {
  const inPlace = overload.name.endsWith('_');
  return (
    !DERIVATIVE.test(overload.name) &&
    !PACKED.test(overload.name) &&
    !/Dimname/.test(overload.schema) &&
    !SHADOWING.has(`${overload.name}.${overload.overload}`) &&
    !/^(names|dimname)/i.test(overload.overload) &&
    overload.parameters.every(
      (p, i) => !p.out && p.written === (inPlace && i === 0) && typeOf(p) !== undefined,
    ) &&
    overload.returns.every((result) => RETURNS[result.type] !== undefined)
  );
}

// Methods of PyTorch whose tensor is the second argument of the function.
const SELF_SECOND = new Set(['aten::polygamma', 'aten::where']);

/**
 * The position of the tensor whose method an overload is; -1 if it is no method.
 * @param {OverloadInfo} overload
 */
function selfOf({ name, parameters }) {
  const place = SELF_SECOND.has(name) ? 1 : 0;
  return parameters[place]?.name === 'self' && parameters[place].type === 'Tensor' ? place : -1;
}

/** @param {OverloadInfo} overload */
const isMethod = (overload) => selfOf(overload) >= 0;

/** @param {OverloadInfo} overload */
const isSelfSecond = (overload) => selfOf(overload) === 1;

/** @param {ParameterInfo} parameter */
const isOptional = (parameter) => parameter.optional || parameter.type.endsWith('?');

module.exports = {
  isMethod,
  isOptional,
  isPublic,
  isSelfSecond,
  RETURNS,
  selfOf,
  TYPES,
  typeOf,
};
