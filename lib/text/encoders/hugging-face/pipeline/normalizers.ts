import {
  anything,
  type Check,
  flag,
  listOf,
  nullable,
  optional,
  required,
  someVariant,
  string,
  type Variant,
  withDefault,
} from '../../../../check';
import { each, type Normalizer, SPACE, stripped } from './characters';
import { type Pattern, patternCheck, patternOf } from './patterns';
import { precompiledNormalizer } from './precompiled';

const none = {};
const yes = withDefault(flag, true);
const VARIANTS = {
  BertNormalizer: {
    clean_text: yes,
    handle_chinese_chars: yes,
    strip_accents: optional(nullable(flag)),
    lowercase: yes,
  },
  Lowercase: none,
  NFC: none,
  NFD: none,
  NFKC: none,
  NFKD: none,
  Nmt: none,
  Precompiled: { precompiled_charsmap: required(string) },
  Prepend: { prepend: required(string) },
  Replace: { pattern: required(patternCheck), content: required(string) },
  Sequence: { normalizers: required(listOf(anything)) },
  Strip: { strip_left: yes, strip_right: yes },
  StripAccents: none,
};
const normalizerCheck: Check<Variant<'type', typeof VARIANTS>> = someVariant('type', VARIANTS);

const CLEANED = /[\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
const KEPT: ReadonlySet<string> = new Set(['\t', '\n', '\r']);
const SPACES = each(SPACE);
/** The blocks of Chinese characters that BERT's own code lists. */
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
const ACCENTS = /\p{Mn}/gu;
const MARKS = /\p{M}/gu;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * The `normalizer` of a `tokenizer.json`, as the tokenizers of Hugging Face apply it.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for what is none
 */
export function normalizerOf(config: unknown, name: string, operator: string): Normalizer {
  if (config === null || config === undefined) return (text) => text;
  const known = normalizerCheck(config, name, operator);
  switch (known.type) {
    case 'BertNormalizer':
      return bertNormalizer(known);
    case 'Lowercase':
      return lowerCase;
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return (text) => text.normalize(known.type);
    case 'Nmt':
      return nmt;
    case 'Precompiled':
      return precompiledNormalizer(known.precompiled_charsmap, name, operator);
    case 'Prepend':
      return (text) => (text === '' ? text : known.prepend + text);
    case 'Replace':
      return replaced(known.pattern, known.content);
    case 'Strip':
      return (text) => stripped(text, known.strip_left, known.strip_right);
    case 'StripAccents':
      return (text) => text.replace(MARKS, '');
    case 'Sequence': {
      const all = known.normalizers.map((own, i) =>
        normalizerOf(own, `${name}.normalizers[${i}]`, operator),
      );
      return (text) => all.reduce((left, normalize) => normalize(left), text);
    }
  }
}

/** Each character by itself: Rust knows of no other small sigma at the end of a word. */
function lowerCase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}

function bertNormalizer(config: {
  readonly clean_text: boolean;
  readonly handle_chinese_chars: boolean;
  readonly strip_accents?: boolean | null | undefined;
  readonly lowercase: boolean;
}): Normalizer {
  const strips = config.strip_accents ?? config.lowercase;
  return (text) => {
    if (ASCII.test(text)) return config.lowercase ? text.toLowerCase() : text;
    let own = text;
    if (config.clean_text) {
      own = own.replace(CLEANED, (one) => (KEPT.has(one) ? ' ' : '')).replace(SPACES, ' ');
    }
    if (config.handle_chinese_chars) own = own.replace(CHINESE, ' $& ');
    if (strips) own = own.normalize('NFD').replace(ACCENTS, '');
    return config.lowercase ? lowerCase(own) : own;
  };
}

function replaced(pattern: Pattern, content: string): Normalizer {
  const compiled = patternOf(pattern);
  return (text) => text.replace(compiled, () => content);
}

const CONTROLS = /\p{Cc}/gu;
/** Those that go, by their first and last codes. */
const NMT_CONTROLS: ReadonlySet<string> = new Set(
  [
    [0x01, 0x08],
    [0x0b, 0x0b],
    [0x0e, 0x1f],
    [0x7f, 0x7f],
    [0x8f, 0x8f],
    [0x9f, 0x9f],
  ].flatMap(([first = 0, last = 0]) =>
    Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i)),
  ),
);
const NMT_SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

/** What Google's translation does with characters of control and rare blanks. */
function nmt(text: string): string {
  const kept = text.replace(CONTROLS, (one) => (NMT_CONTROLS.has(one) ? '' : one));
  return kept.replace(NMT_SPACES, ' ');
}
