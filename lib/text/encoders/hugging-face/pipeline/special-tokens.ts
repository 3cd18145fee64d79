import {
  anything,
  type Check,
  listOf,
  recordOf,
  required,
  someProperties,
  someVariant,
  stepCount,
  string,
  type Variant,
} from '../../../../check';
import { invalidArgument } from '../../../../errors';

/** The ids that stand before the tokens of every text, and after them. */
export type SpecialTokens = {
  readonly before: readonly number[];
  readonly after: readonly number[];
};

const NONE: SpecialTokens = { before: [], after: [] };

const named = someProperties({ id: required(string), type_id: required(stepCount) });
type Named = ReturnType<typeof named>;

/** A part of a template: a special token, or the place of a text. */
type Part = { readonly SpecialToken: Named } | { readonly Sequence: Named };

const part: Check<Part> = (value, name, operator) => {
  const { SpecialToken, Sequence }: { SpecialToken?: unknown; Sequence?: unknown } = Object(value);
  if (SpecialToken !== undefined && Sequence === undefined) {
    return { SpecialToken: named(SpecialToken, `${name}.SpecialToken`, operator) };
  }
  if (Sequence !== undefined && SpecialToken === undefined) {
    return { Sequence: named(Sequence, `${name}.Sequence`, operator) };
  }
  const expected = 'one of SpecialToken and Sequence';
  throw invalidArgument(expected, `${name} of ${operator}`, value, operator);
};

/** A token and its id. */
const pair: Check<number> = (value, name, operator) => {
  const [token, id] = Array.isArray(value) ? value : [];
  string(token, `${name}[0]`, operator);
  return stepCount(id, `${name}[1]`, operator);
};

const around = { cls: required(pair), sep: required(pair) };
const VARIANTS = {
  BertProcessing: around,
  ByteLevel: {},
  RobertaProcessing: around,
  Sequence: { processors: required(listOf(anything)) },
  TemplateProcessing: {
    single: required(listOf(part)),
    special_tokens: required(recordOf(someProperties({ ids: required(listOf(stepCount)) }))),
  },
};
const processorCheck: Check<Variant<'type', typeof VARIANTS>> = someVariant('type', VARIANTS);

/**
 * What the `post_processor` of a `tokenizer.json` puts around a text, as the tokenizers of Hugging Face do it.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for what is none, and what would be more than that: a text that stands
 *   twice, or tokens of another type than 0, whose vectors are added to theirs
 */
export function specialTokensOf(config: unknown, name: string, operator: string): SpecialTokens {
  if (config === null || config === undefined) return NONE;
  const known = processorCheck(config, name, operator);
  switch (known.type) {
    case 'ByteLevel':
      return NONE;
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { before: [known.cls], after: [known.sep] };
    case 'TemplateProcessing':
      return templateOf(known, name, operator);
    case 'Sequence':
      return known.processors
        .map((own, i) => specialTokensOf(own, `${name}.processors[${i}]`, operator))
        .reduce(
          (inner, outer) => ({
            before: [...outer.before, ...inner.before],
            after: [...inner.after, ...outer.after],
          }),
          NONE,
        );
  }
}

type Template = Extract<ReturnType<typeof processorCheck>, { type: 'TemplateProcessing' }>;

function templateOf({ single, special_tokens: tokens }: Template, name: string, operator: string) {
  const own = `${name}.single of ${operator}`;
  const typed = single.find((one) => detailsOf(one).type_id !== 0);
  if (typed !== undefined)
    throw invalidArgument('the type_id 0 of all tokens', own, typed, operator);
  const places = single.flatMap((one, i) => ('Sequence' in one ? [i] : []));
  const [place] = places;
  if (place === undefined || places.length > 1) {
    throw invalidArgument('the place of one text', own, places.length, operator);
  }
  const idsOf = (parts: readonly Part[]): number[] =>
    parts.flatMap((one) => {
      const { id } = detailsOf(one);
      const { ids } = (Object.hasOwn(tokens, id) ? tokens[id] : undefined) ?? {};
      if (ids !== undefined) return ids;
      throw invalidArgument('ids of its special tokens', `${name}.special_tokens`, id, operator);
    });
  return { before: idsOf(single.slice(0, place)), after: idsOf(single.slice(place + 1)) };
}

const detailsOf = (one: Part): Named => ('Sequence' in one ? one.Sequence : one.SpecialToken);
