import { camelCase } from './camel-case';
import { publicName } from './operator-name';

const DTYPES: Readonly<Record<string, string>> = {
  Float: 'float32',
  Double: 'float64',
  Half: 'float16',
  BFloat16: 'bfloat16',
  Long: 'int64',
  Int: 'int32',
  Short: 'int16',
  Char: 'int8',
  Byte: 'uint8',
  UInt16: 'uint16',
  UInt32: 'uint32',
  UInt64: 'uint64',
  Bool: 'bool',
  ComplexHalf: 'complex32',
  ComplexFloat: 'complex64',
  ComplexDouble: 'complex128',
};

const C_TYPES: Readonly<Record<string, string>> = {
  float: 'float32',
  double: 'float64',
  'long int': 'int64',
  int: 'int32',
  'short int': 'int16',
  'signed char': 'int8',
  'unsigned char': 'uint8',
  'c10::Half': 'float16',
  'c10::BFloat16': 'bfloat16',
  'c10::complex<float>': 'complex64',
  'c10::complex<double>': 'complex128',
};

const NAMES = Object.keys(DTYPES).join('|');
const PYTHON_VALUES: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
};
// Values that keep their underscores here too.
const KEPT = /^(?:channels_last|preserve_format|contiguous_format|sparse_|float8_|float4_)/;

type Rule = readonly [pattern: RegExp, replace: (...found: string[]) => string];

// In this order: later ones see what earlier ones made.
const RULES: readonly Rule[] = [
  [/\s*If you miss a functionality[^\n]*?please submit a feature request to \S+/gi, () => ''],
  [/\s*Please file an issue at \S+ if you need this feature\.?/g, () => ''],
  [/\s*If [^.,]*, please file (?:an issue|a bug report)\b[^.]*\.?/g, () => ''],
  [
    /enable anomaly detection to find .*?set_detect_anomaly\([^)]*\)/,
    () => 'torch.autograd.detectAnomaly(fn) names the line whose gradient failed to be computed',
  ],
  // The dispatcher's list of all its kernels helps nobody here.
  [/ This could be because the operator doesn't exist.*$/s, () => ''],
  [/\s*\(Could this error message be improved\?.*?\)/s, () => ''],
  [
    /[,;]? *\bplease (?:report|file|open|submit)\b[^.;]*?\b(?:issue|bug|request|GitHub|PyTorch)\b[^.;]*\.?/gi,
    () => '',
  ],
  [/\s*Feel free to file a github issue!?/gi, () => ''],
  [/\s*\(Triggered internally at [^)]*\)/g, () => ''],
  [/INTERNAL ASSERT FAILED at "[^"]*":\d+/, () => 'an internal check of libtorch failed'],
  [/"\w+" not implemented for '(\w+)'/, (_, type = '') => `not implemented for ${dtypeOf(type)}`],
  [/\bgot: ([\w: <>]+?) != ([\w: <>]+)/, (_, a = '', b = '') => `got: ${cType(a)} != ${cType(b)}`],
  [
    new RegExp(`\\b(?:CPU|CUDA)?(${NAMES})(Type|Tensor)?s?\\b`, 'g'),
    (_, type = '', kind = '') => `${dtypeOf(type)}${kind === 'Tensor' ? ' tensor' : ''}`,
  ],
  [/\ba long tensor\b/g, () => 'an int64 tensor'],
  [/\baten::(\w+)/g, (_, name = '') => publicName(name)],
  [/\b(?:c10|at|torch|std|prims)::/g, () => ''],
  [/\bVariables?\b/g, () => 'tensor'],
  [/\b(element \d+)of the differentiated Tensors\b/, (_, element = '') => `${element} of inputs`],
  [
    /\b(\w+)=(True|False|None)\b/g,
    (_, name = '', value = '') => `${name}: ${PYTHON_VALUES[value]}`,
  ],
  [/\bautograd\.grad\(/g, () => 'grad('],
  // Not in quotes, which hold values of the caller's, nor in paths.
  [
    /(?<!['"/\w])[a-z][a-z0-9]*(?:_[a-z0-9]+)+_?(?!['"/\w])/g,
    (name) => (KEPT.test(name) ? name : camelCase(name)),
  ],
];

/**
 * libtorch's message in the terms of this library: options and operators in camelCase, dtypes by their
 * names here, and without advice to write to PyTorch's authors.
 */
export function reword(message: string, operator: string): string {
  const words = RULES.reduce(
    (text, [pattern, replace]) => text.replace(pattern, replace),
    message,
  ).trim();
  // Many messages begin with the operator, which comes before all of them.
  const start = new RegExp(`^${operator.replaceAll(/\W/g, '\\$&')}(?:\\(\\): |\\(\\) |: )`);
  return operator === '' ? words : words.replace(start, '');
}

function dtypeOf(name: string): string {
  return DTYPES[name] ?? name;
}

function cType(name: string): string {
  return C_TYPES[name.trim()] ?? name;
}
