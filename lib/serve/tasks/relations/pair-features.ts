import { normalize } from '../../../meta/metric/normalize';
import type { SentenceEncoder } from '../../../text';
import { wordStates } from '../../../text/tasks/entities';
import type { EntityPair, TokenSpan } from '../../../text/tasks/relations';
import { type Tensor, torch } from '../../../torch';
import { indices } from '../../heads/features';

/** What stands around the two entities, so that the encoder sees where they are. */
const MARKS = { head: '@', tail: '#' } as const;

/** What stands for the two in the sentence that is read without them. */
const PLACEHOLDERS = { head: 'X', tail: 'Y' } as const;
/** How much the two entities count beside what is said of them. */
const ENTITY_WEIGHT = 0.5;

/**
 * What is said of two entities, and what they are, `[n, D + 2·H]` of length 1: the vector of the sentence with X for
 * the head and Y for the tail, which says what their names would hide, and the means of the vectors of the head's
 * words and of the tail's in the sentence. Marks of punctuation stand around both in that, which need no training:
 * Wenxuan Zhou and Muhao Chen, An Improved Baseline for Sentence-level Relation Extraction, AACL 2022.
 */
export async function pairFeatures(
  encoder: SentenceEncoder,
  pairs: readonly EntityPair[],
  signal?: AbortSignal,
): Promise<Tensor> {
  const marked = pairs.map(withMarks);
  using states = await wordStates(
    encoder,
    marked.map(({ tokens }) => tokens),
    signal,
  );
  using sentences = await encoder.encode(pairs.map(withoutNames), signal ? { signal } : {});
  let start = 0;
  const spans = marked.map(({ tokens, head, tail }) => {
    const at = ({ start: first, end }: TokenSpan) => ({ start: start + first, end: start + end });
    const own = { head: at(head), tail: at(tail) };
    start += tokens.length;
    return own;
  });
  return torch.scope(() => {
    const entities = (['head', 'tail'] as const).map((name) => {
      const means = meansOf(
        states,
        spans.map((own) => own[name]),
      );
      return normalize(means).mul(ENTITY_WEIGHT);
    });
    return normalize(torch.cat([normalize(sentences), ...entities], 1));
  });
}

/** The sentence with X for the head and Y for the tail. */
function withoutNames({ tokens, head, tail }: EntityPair): string {
  return tokens
    .flatMap((token, i) => {
      for (const [name, span] of [
        ['head', head],
        ['tail', tail],
      ] as const) {
        if (i === span.start) return [PLACEHOLDERS[name]];
        if (i > span.start && i < span.end) return [];
      }
      return [token];
    })
    .join(' ');
}

/** The means `[n, H]` of the rows of spans. */
function meansOf(rows: Tensor, spans: readonly TokenSpan[]): Tensor {
  const [places, owners]: [number[], number[]] = [[], []];
  for (const [owner, span] of spans.entries()) {
    for (let i = span.start; i < span.end; i++) {
      places.push(i);
      owners.push(owner);
    }
  }
  const counts = spans.map(({ start, end }) => [end - start]);
  const sums = torch.zeros([spans.length, rows.size(1)]);
  return sums
    .indexAdd(0, indices(owners), rows.indexSelect(0, indices(places)))
    .div(torch.tensor(counts));
}

/** The sentence with marks around both entities, and where these are now. */
function withMarks({ tokens, head, tail }: EntityPair): EntityPair {
  const marked: string[] = [];
  const at = { head: { start: 0, end: 0 }, tail: { start: 0, end: 0 } };
  const names = ['head', 'tail'] as const;
  const spans = { head, tail };
  for (let i = 0; i <= tokens.length; i++) {
    for (const name of names) {
      if (spans[name].end !== i) continue;
      at[name].end = marked.length;
      marked.push(MARKS[name]);
    }
    for (const name of names) {
      if (spans[name].start !== i) continue;
      marked.push(MARKS[name]);
      at[name].start = marked.length;
    }
    const token = tokens[i];
    if (token !== undefined) marked.push(token);
  }
  return { tokens: marked, ...at };
}
