import { isPlainObject } from '../../../../check';
import type { ReadSettings } from '../options';
import type { TextRow } from '../row-fields';
import type { JsonPath, RefuseAt } from './json-place';

/**
 * The rows of a file of FewRel (Xu Han et al., "FewRel: A Large-Scale Supervised Few-Shot Relation
 * Classification Dataset", EMNLP 2018): `{ P177: [{ tokens, h, t }, …] }`. The relation is the label, and the
 * tokens joined by spaces are the text. With `markEntities` the head is enclosed in `[E1] … [/E1]` and the tail
 * in `[E2] … [/E2]`, as in Livio Baldini Soares et al., "Matching the Blanks", ACL 2019.
 */
export function* fewRelRows(
  value: unknown,
  { markEntities }: Pick<ReadSettings, 'markEntities'>,
  refuse: RefuseAt,
): Generator<TextRow> {
  if (!isPlainObject(value)) return refuse([], 'lists of sentences by relation', value);
  for (const [label, sentences] of Object.entries(value)) {
    if (!Array.isArray(sentences)) return refuse([label], 'a list of sentences', sentences);
    for (const [i, sentence] of sentences.entries()) {
      const fields: Readonly<Record<string, unknown>> = isPlainObject(sentence) ? sentence : {};
      const tokens = tokensOf(fields.tokens, [label, i, 'tokens'], refuse);
      if (!markEntities) yield { text: tokens.join(' '), label };
      else {
        const place = (name: string) =>
          firstMention(fields[name], tokens, [label, i, name], refuse);
        yield { text: marked(tokens, place('h'), place('t')), label };
      }
    }
  }
}

function tokensOf(tokens: unknown, path: JsonPath, refuse: RefuseAt): readonly string[] {
  const isList = Array.isArray(tokens) && tokens.every((token) => typeof token === 'string');
  return isList ? (tokens as string[]) : refuse(path, 'a list of strings', tokens);
}

/** The first and last token of an entity's first mention. */
function firstMention(
  entity: unknown,
  tokens: readonly string[],
  path: JsonPath,
  refuse: RefuseAt,
): readonly [number, number] {
  const [, , mentions]: unknown[] = Array.isArray(entity) ? entity : [];
  const [places]: unknown[] = Array.isArray(mentions) ? mentions : [];
  const list: unknown[] = Array.isArray(places) ? places : [];
  const [first, last] = [list[0], list.at(-1)];
  const isToken = (at: unknown): at is number => Number.isInteger(at) && Number(at) in tokens;
  if (isToken(first) && isToken(last) && first <= last) return [first, last];
  return refuse(path, 'an entity [name, id, [[token, …], …]] with tokens of the sentence', entity);
}

function marked(
  tokens: readonly string[],
  [headStart, headEnd]: readonly [number, number],
  [tailStart, tailEnd]: readonly [number, number],
): string {
  return tokens
    .flatMap((token, i) => [
      ...(i === headStart ? ['[E1]'] : []),
      ...(i === tailStart ? ['[E2]'] : []),
      token,
      ...(i === tailEnd ? ['[/E2]'] : []),
      ...(i === headEnd ? ['[/E1]'] : []),
    ])
    .join(' ');
}
