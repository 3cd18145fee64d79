import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, integerFrom, string } from '../../../check';
import { outOfRange } from '../../../errors';
import { onFile, refuseFile } from '../../../files/checked-file';
import { DATA_FOLDER } from '../../../shipped-files';
import { requireLabels } from '../../datasets/labeled-text';
import { markedText } from '../entities/marked-text';
import { fieldsOf, tokensOf } from '../entities/tagged-tokens';

/** Tokens from `start` up to, but without, `end`. */
export type TokenSpan = { readonly start: number; readonly end: number };

/** A sentence in which two entities are marked. */
export type EntityPair = {
  readonly tokens: readonly string[];
  readonly head: TokenSpan;
  readonly tail: TokenSpan;
};

/** The same with the relation of the head to the tail. */
export type RelationExample = EntityPair & { readonly label: string };

/**
 * Sentences with two entities each.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for what is not such sentences, and for entities that overlap
 */
export function entityPairsOf(value: unknown, name: string, operator: string): EntityPair[] {
  return array(value as readonly EntityPair[], 'sentences', name, operator).map((one, i) => {
    const where = `${name}[${i}]`;
    const given = fieldsOf(one, '{ tokens, head, tail }', where, operator);
    const tokens = tokensOf(given['tokens'], `${where}.tokens`, operator);
    const head = spanOf(given['head'], tokens.length, `${where}.head`, operator);
    const tail = spanOf(given['tail'], tokens.length, `${where}.tail`, operator);
    if (head.end > tail.start && tail.end > head.start) {
      const received = `[${head.start}, ${head.end}) and [${tail.start}, ${tail.end})`;
      const expected = 'a head and a tail that do not overlap';
      throw outOfRange(expected, `${where} of ${operator}`, received, operator);
    }
    return { tokens, head, tail };
  });
}

/** The same with labels. @throws ArgumentRangeError for one without a name, and two that are one up to case */
export function relationExamplesOf(
  value: unknown,
  name: string,
  operator: string,
): RelationExample[] {
  const labels = array(value as readonly RelationExample[], 'sentences', name, operator);
  const read = entityPairsOf(value, name, operator).map((pair, i) => ({
    ...pair,
    label: string(labels[i]?.label, `${name}[${i}].label`, operator),
  }));
  requireLabels(read, name, operator);
  return read;
}

function spanOf(value: unknown, tokens: number, where: string, operator: string): TokenSpan {
  const { start, end } = fieldsOf(value, '{ start, end }', where, operator);
  const first = integerFrom(0, start, `${where}.start`, operator, tokens - 1);
  return { start: first, end: integerFrom(first + 1, end, `${where}.end`, operator, tokens) };
}

/**
 * A sentence with one `[…](head)` and one `[…](tail)`, as `markedText` reads it.
 *
 * @throws ArgumentRangeError unless both are there once, and nothing else is marked
 */
export function markedPair(text: string): EntityPair {
  const { tokens, entities } = markedText(text);
  const of = (type: string): TokenSpan | undefined => {
    const found = entities.filter((entity) => entity.type === type);
    return found.length === 1 ? found[0] : undefined;
  };
  const [head, tail] = [of('head'), of('tail')];
  if (head === undefined || tail === undefined || entities.length > 2) {
    throw outOfRange(
      'one [head](head) and one [tail](tail)',
      'text of markedPair',
      text,
      'markedPair',
    );
  }
  const span = ({ start, end }: TokenSpan): TokenSpan => ({ start, end });
  return { tokens, head: span(head), tail: span(tail) };
}

const FILE = join(DATA_FOLDER, 'relations', 'sentences.txt');

/**
 * 40 sentences, ten for each of four relations, written for this project: `data/relations/DATASHEET.md`.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file is missing or damaged
 */
export function loadRelations(): RelationExample[] {
  const expected = 'a relation, a bar and a sentence a line';
  const lines = onFile(FILE, expected, () => readFileSync(FILE, 'utf8').trim().split('\n'));
  return lines.map((line) => {
    const [label, sentence] = line.split(' | ');
    if (label === undefined || sentence === undefined) throw refuseFile(FILE, expected, line);
    return { ...onFile(FILE, expected, () => markedPair(sentence)), label };
  });
}
