import { array, integerFrom, string } from '../../../check';
import { invalidArgument, outOfRange } from '../../../errors';
import { namesOf, requireName } from '../../datasets/labeled-text';
import type { Mention } from '../../datasets/readers/formats/conll';

/** An entity: its type, and the tokens from `start` up to, but without, `end`. */
export type Entity = Mention;

/** A sentence as tokens, and the entities in it, which do not overlap. */
export type TaggedTokens = {
  readonly tokens: readonly string[];
  readonly entities: readonly Entity[];
};

/** A sentence's tokens: at least one, none of them empty. */
export function tokensOf(value: unknown, name: string, operator: string): readonly string[] {
  const tokens = array(value as readonly string[], 'tokens', name, operator);
  if (tokens.length === 0) {
    throw outOfRange('at least one token', `${name} of ${operator}`, tokens, operator);
  }
  for (const [i, token] of tokens.entries()) {
    if (string(token, `${name}[${i}]`, operator) === '') {
      throw outOfRange('a token with characters', `${name}[${i}] of ${operator}`, token, operator);
    }
  }
  return tokens;
}

/**
 * Sentences with their entities in the order of their first tokens.
 *
 * @throws ArgumentTypeError for what is not such sentences; ArgumentRangeError for entities outside of their
 *   sentence, for entities that overlap or lie inside others, and for types without a name or that are one up to case
 */
export function taggedTokensOf(value: unknown, name: string, operator: string): TaggedTokens[] {
  const types = namesOf([]);
  return array(value as readonly unknown[], 'sentences', name, operator).map((one, i) => {
    const where = `${name}[${i}]`;
    const { tokens, entities } = fieldsOf(one, '{ tokens, entities }', where, operator);
    const read = tokensOf(tokens, `${where}.tokens`, operator);
    const found = entitiesOf(entities, read.length, where, operator);
    for (const { type } of found)
      requireName(type, types, `an entity of ${where}`, operator, 'type');
    return { tokens: read, entities: found };
  });
}

/** The fields of an object. @param form what it looks like */
export function fieldsOf(
  value: unknown,
  form: string,
  where: string,
  operator: string,
): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return { ...value };
  throw invalidArgument(form, `${where} of ${operator}`, value, operator);
}

/** @throws ArgumentRangeError if no sentence has an entity */
export function requireEntities(
  sentences: readonly TaggedTokens[],
  name: string,
  operator: string,
): void {
  if (sentences.some(({ entities }) => entities.length > 0)) return;
  const expected = 'sentences with at least one entity';
  throw outOfRange(expected, `${name} of ${operator}`, sentences, operator);
}

function entitiesOf(value: unknown, tokens: number, where: string, operator: string): Entity[] {
  const list = array(value as readonly Entity[], 'entities', `${where}.entities`, operator);
  const entities = list
    .map((entity, i) => entityOf(entity, tokens, `${where}.entities[${i}]`, operator))
    .toSorted((a, b) => a.start - b.start);
  for (const [i, entity] of entities.entries()) {
    const before = entities[i - 1];
    if (before === undefined || before.end <= entity.start) continue;
    throw outOfRange(
      'entities that do not overlap (an entity inside another has no place in a sequence of tags)',
      `${where}.entities of ${operator}`,
      `${inWords(before)} and ${inWords(entity)}`,
      operator,
    );
  }
  return entities;
}

function entityOf(value: unknown, tokens: number, where: string, operator: string): Entity {
  const { type, start, end } = fieldsOf(value, '{ type, start, end }', where, operator);
  const first = integerFrom(0, start, `${where}.start`, operator, tokens - 1);
  return {
    type: string(type, `${where}.type`, operator),
    start: first,
    end: integerFrom(first + 1, end, `${where}.end`, operator, tokens),
  };
}

const inWords = ({ type, start, end }: Entity): string => `${type} [${start}, ${end})`;

/** What a token is, whatever the type: outside of entities, or the first or a later token of one. */
export const OUTSIDE = 0;
export const BEGIN = 1;
export const INSIDE = 2;

/** For each token its place, `OUTSIDE`, `BEGIN` or `INSIDE`, and the type of its entity. */
export function tokenTags({ tokens, entities }: TaggedTokens): { place: number; type?: string }[] {
  const tags: { place: number; type?: string }[] = tokens.map(() => ({ place: OUTSIDE }));
  for (const { type, start, end } of entities) {
    for (let i = start; i < end; i++) tags[i] = { place: i === start ? BEGIN : INSIDE, type };
  }
  return tags;
}
