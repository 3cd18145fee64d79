import {
  notNegative,
  type OptionsOf,
  optional,
  type ReadOptions,
  upTo,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import { greatest } from '../../extremes';
import { type Tensor, torch } from '../../torch';
import { neverNext } from '../language-models/language-model';
import type { LanguageWords } from '../language-models/language-words';
import { lengthBatches } from '../length-batches';
import { beamSearch, type Written } from './beam-search';
import { COPY_SLOTS, idMatrix, type SourceIds, sourceIds } from './pair-tensors';
import type { SequenceLayer, SequenceParams } from './sequence-layer';

/** What the options of writing are checked by. */
export const GENERATE = {
  /** How many beginnings of a text are gone on with; 1 takes the most probable character each time. Default: 4. */
  beams: withDefault(upTo(64), 4),
  /** α: texts compare by ln p / lengthᵅ. Default: 1. */
  lengthPenalty: withDefault(notNegative, 1),
  /** The most characters of a text, which are code points, up to 10,000. Default: twice those of its source, and ten. */
  maxLength: optional(upTo(10_000)),
};

export type GenerateOptions = OptionsOf<typeof GENERATE>;

/** What was written for a source. */
export type GeneratedText = {
  readonly text: string;
  /** ln p of its characters, and of its end if it came. */
  readonly logProbability: number;
  /** False where it was cut off at the most characters. */
  readonly ended: boolean;
  /** The source's characters that the vocabulary lacks: nothing is known of them, but the first eight can be copied. */
  readonly unknown: readonly string[];
};

/** Texts that are read at once. Of their characters, with padding, each has logits of the vocabulary's size. */
export const TEXT_BATCH = { rows: 64, tokens: 4096 };

/** What writes. */
type Writing = { words: LanguageWords; layer: SequenceLayer; params: SequenceParams };

/**
 * A text for each source, in batches of similar length. It comes up for air after every character.
 *
 * @throws ArgumentRangeError for an empty source
 */
export function* generateTexts(
  model: Writing,
  sources: readonly string[],
  options: ReadOptions<typeof GENERATE>,
): Generator<void, GeneratedText[]> {
  const read = sources.map((source, i) => {
    if (source !== '') return sourceIds(model.words, source);
    throw outOfRange('a text with characters', `sources[${i}]`, source, 'generate');
  });
  const generated: GeneratedText[] = [];
  const lengths = read.map(({ ids }) => ids.length);
  for (const rows of lengthBatches(lengths, TEXT_BATCH)) {
    const own = rows.flatMap((row) => read[row] ?? []);
    const written = yield* write(model, own, options);
    for (const [i, row] of rows.entries()) {
      generated[row] = textOf(model.words, own[i], written[i]);
    }
  }
  return generated;
}

function* write(
  { words, layer, params }: Writing,
  sources: readonly SourceIds[],
  { beams, lengthPenalty, maxLength }: ReadOptions<typeof GENERATE>,
): Generator<void, Written[]> {
  const rows = sources.map(({ ids }) => ids);
  const longest = greatest(rows.map(({ length }) => length));
  const start = torch.scope(() =>
    torch.noGrad(() => {
      const encoded = layer.encode(params, idMatrix(rows, longest, words.vocabulary.padId));
      return { ...encoded, never: neverWritten(words, sources) };
    }),
  );
  return yield* beamSearch(
    {
      start,
      advance({ memory, state, never }: typeof start, ids) {
        const next = layer.advance(params, memory, state, ids);
        const logProbabilities = next.logProbabilities.add(never);
        return { state: { memory, state: next.state, never }, logProbabilities };
      },
    },
    {
      startId: words.startId,
      endId: words.endId,
      beams,
      lengthPenalty,
      maxLengths: rows.map(({ length }) => maxLength ?? 2 * (length - 1) + 10),
    },
  );
}

/** −∞ for what is neither a character of the vocabulary nor one that a text can copy, else 0: `[n, V + COPY_SLOTS]`. */
function neverWritten({ vocabulary }: LanguageWords, sources: readonly SourceIds[]): Tensor {
  const size = vocabulary.size + COPY_SLOTS;
  const values = new Float32Array(sources.length * size);
  for (const [i, { slots }] of sources.entries()) {
    const row = values.subarray(i * size, (i + 1) * size);
    for (const id of [...neverNext(vocabulary), vocabulary.unknownId]) row[id] = -Infinity;
    row.fill(-Infinity, vocabulary.size + slots.length);
  }
  return torch.tensor(values, { shape: [sources.length, size] });
}

function textOf(
  { vocabulary }: LanguageWords,
  source: SourceIds | undefined,
  written: Written | undefined,
): GeneratedText {
  const { slots = [], unknown = [] } = source ?? {};
  const { ids = [], logProbability = 0, ended = false } = written ?? {};
  const text = ids.map((id) => vocabulary.tokens[id] ?? slots[id - vocabulary.size] ?? '');
  return { text: text.join(''), logProbability, ended, unknown };
}
