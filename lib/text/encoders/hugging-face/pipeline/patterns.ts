import { type Check, optional, someProperties, string } from '../../../../check';
import { invalidArgument } from '../../../../errors';
import { loadTokenizers } from './package';

/** What a `tokenizer.json` looks for: a regular expression of Oniguruma, or a text. */
export type Pattern = { readonly Regex: string } | { readonly String: string };

const partsCheck = someProperties({ Regex: optional(string), String: optional(string) });

export const patternCheck: Check<Pattern> = (value, name, operator) => {
  const { Regex, String: own } = partsCheck(value, name, operator);
  if (Regex !== undefined && own === undefined) return { Regex };
  if (own !== undefined && Regex === undefined) return { String: own };
  throw invalidArgument('one of Regex and String', `${name} of ${operator}`, value, operator);
};

/** The pattern as a global one of JavaScript, by the translation of Hugging Face's package. */
export function patternOf(pattern: Pattern): RegExp {
  const { SplitPreTokenizer } = loadTokenizers();
  const { pattern: compiled } = new SplitPreTokenizer({ pattern, invert: true });
  if (compiled === null) throw new Error(`a pattern ${JSON.stringify(pattern)}`);
  return compiled;
}
