import { packageError } from '../../optional-packages';

/** How Chinese characters that follow each other become words. */
export const CHINESE = ['words', 'bigrams', 'jieba'] as const;

export type Chinese = (typeof CHINESE)[number];

/** Divides a run of Chinese characters. */
export type HanCutter = (run: string) => readonly string[];

/**
 * What divides Chinese characters; undefined where the segmenter of all other languages does.
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` for `jieba` where `@node-rs/jieba` is not installed
 */
export function hanCutter(how: Chinese): HanCutter | undefined {
  if (how === 'words') return undefined;
  return how === 'bigrams' ? bigrams : jieba();
}

/** Each two neighbours: 余额不足 is 余额, 额不 and 不足. A character alone is a word. */
export function bigrams(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}

let words: HanCutter | undefined;

/** The words of a dictionary, which takes a third of a second to read, once a thread. */
function jieba(): HanCutter {
  words ??= loadJieba();
  return words;
}

function loadJieba(): HanCutter {
  try {
    const { Jieba }: typeof import('@node-rs/jieba') = require('@node-rs/jieba');
    const { dict }: typeof import('@node-rs/jieba/dict') = require('@node-rs/jieba/dict');
    const dictionary = Jieba.withDict(dict);
    return (run) => dictionary.cut(run, true);
  } catch (cause) {
    throw packageError(cause, ['@node-rs/jieba'], "WordTokenizer with chinese: 'jieba'");
  }
}
