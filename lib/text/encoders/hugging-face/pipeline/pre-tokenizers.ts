import {
  anything,
  type Check,
  flag,
  listOf,
  oneOf,
  optional,
  positiveInteger,
  required,
  someVariant,
  string,
  type Variant,
  withDefault,
} from '../../../../check';
import { bytesAsLetters } from './byte-letters';
import { each, PUNCTUATION, SPACE, WORD } from './characters';
import { patternCheck, patternOf } from './patterns';
import { BEHAVIORS, split } from './splits';

/** Divides a text; `first` is true where nothing of the whole text stands before it. */
export type PreTokenizer = (text: string, first: boolean) => string[];

const none = {};
const behavior = withDefault(oneOf(...BEHAVIORS), 'Isolated');
const SCHEMES = ['always', 'never', 'first'] as const;
const VARIANTS = {
  BertPreTokenizer: none,
  ByteLevel: { add_prefix_space: withDefault(flag, true), use_regex: withDefault(flag, true) },
  CharDelimiterSplit: { delimiter: required(string) },
  Digits: { individual_digits: withDefault(flag, false) },
  FixedLength: { length: required(positiveInteger) },
  Metaspace: {
    replacement: withDefault(string, '▁'),
    prepend_scheme: optional(oneOf(...SCHEMES)),
    // As older versions wrote it.
    add_prefix_space: optional(flag),
    split: withDefault(flag, true),
  },
  Punctuation: { behavior },
  Sequence: { pretokenizers: required(listOf(anything)) },
  Split: { pattern: required(patternCheck), behavior, invert: withDefault(flag, false) },
  Whitespace: none,
  WhitespaceSplit: none,
};
const preTokenizerCheck: Check<Variant<'type', typeof VARIANTS>> = someVariant('type', VARIANTS);

const SPACES = each(SPACE);
const MARKS = each(PUNCTUATION);
const NUMBERS = each('\\p{N}');
const WORDS = new RegExp(`[${WORD}]+|[^${WORD}${SPACE}]+`, 'gu');
const GPT2 = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE}\\p{L}\\p{N}]+|[${SPACE}]+(?![^${SPACE}])|[${SPACE}]+`,
  'gu',
);

/**
 * The `pre_tokenizer` of a `tokenizer.json`, as the tokenizers of Hugging Face apply it.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for what is none
 */
export function preTokenizerOf(config: unknown, name: string, operator: string): PreTokenizer {
  if (config === null || config === undefined) return (text) => [text];
  const known = preTokenizerCheck(config, name, operator);
  switch (known.type) {
    case 'BertPreTokenizer':
      return (text) =>
        split(text, SPACES, 'Removed').flatMap((word) => split(word, MARKS, 'Isolated'));
    case 'ByteLevel':
      return byteLevel(known.add_prefix_space, known.use_regex);
    case 'CharDelimiterSplit': {
      const delimiter = patternOf({ String: known.delimiter });
      return (text) => split(text, delimiter, 'Removed');
    }
    case 'Digits': {
      const digits = known.individual_digits ? 'Isolated' : 'Contiguous';
      return (text) => split(text, NUMBERS, digits);
    }
    case 'FixedLength':
      return (text) => chunks([...text], known.length);
    case 'Metaspace':
      return metaspace(known);
    case 'Punctuation':
      return (text) => split(text, MARKS, known.behavior);
    case 'Split': {
      const pattern = patternOf(known.pattern);
      return (text) => split(text, pattern, known.behavior, known.invert);
    }
    case 'Whitespace':
      return (text) => split(text, WORDS, 'Removed', true);
    case 'WhitespaceSplit':
      return (text) => split(text, SPACES, 'Removed');
    case 'Sequence': {
      const all = known.pretokenizers.map((own, i) =>
        preTokenizerOf(own, `${name}.pretokenizers[${i}]`, operator),
      );
      return (text, first) => all.reduce((parts, own) => eachPart(parts, own, text, first), [text]);
    }
  }
}

function eachPart(parts: string[], own: PreTokenizer, text: string, first: boolean): string[] {
  return parts.flatMap((part, i) => own(part, first && i === 0 && text.startsWith(part)));
}

function byteLevel(prefix: boolean, words: boolean): PreTokenizer {
  return (text) => {
    const own = prefix && !text.startsWith(' ') ? ` ${text}` : text;
    return (words ? split(own, GPT2, 'Isolated') : [own]).map(bytesAsLetters);
  };
}

function metaspace(config: {
  readonly replacement: string;
  readonly prepend_scheme?: (typeof SCHEMES)[number] | undefined;
  readonly add_prefix_space?: boolean | undefined;
  readonly split: boolean;
}): PreTokenizer {
  const { replacement, add_prefix_space: old } = config;
  const scheme = config.prepend_scheme ?? (old === false ? 'never' : 'always');
  const pattern = patternOf({ String: replacement });
  return (text, first) => {
    const own = text.replaceAll(' ', () => replacement);
    const prefixed = scheme === 'always' || (scheme === 'first' && first);
    const whole = prefixed && !own.startsWith(replacement) ? replacement + own : own;
    return config.split ? split(whole, pattern, 'MergedWithNext') : [whole];
  };
}

function chunks(characters: readonly string[], length: number): string[] {
  const count = Math.ceil(characters.length / length);
  return Array.from({ length: count }, (_, i) =>
    characters.slice(i * length, (i + 1) * length).join(''),
  );
}
