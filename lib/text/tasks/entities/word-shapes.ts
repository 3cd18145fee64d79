import { type Tensor, torch } from '../../../torch';

/** What the spelling of a word shows and an encoder of lower-cased tokens does not see. */
const SHAPES: readonly ((word: string, place: number) => boolean)[] = [
  (word) => /^\p{Lu}/u.test(word),
  (word) => /^\p{Lu}{2,}$/u.test(word),
  (word) => /^.+\p{Lu}/u.test(word),
  (word) => /\p{N}/u.test(word),
  (word) => /^\p{N}+$/u.test(word),
  (word) => !/[\p{L}\p{N}]/u.test(word),
  (word) => /.-./u.test(word),
  (word) => /^.$/u.test(word),
  (_, place) => place === 0,
];

/** The words that a word's shape is seen with: the one before, itself, the one after. */
const WINDOW = [-1, 0, 1];

/** How many numbers describe the spelling of a word and of its neighbours. */
export const SHAPE_FEATURES = SHAPES.length * WINDOW.length;

/** The spelling of all words of sentences, one sentence after the other, `[words, 27]`: 1 for what holds, else 0. */
export function wordShapes(sentences: readonly (readonly string[])[]): Tensor {
  const rows = sentences.flatMap((words) => {
    const own = words.map((word, place) => SHAPES.map((holds) => Number(holds(word, place))));
    const none = SHAPES.map(() => 0);
    return own.flatMap((_, i) => WINDOW.flatMap((offset) => own[i + offset] ?? none));
  });
  return torch.tensor(Float32Array.from(rows), {
    shape: [rows.length / SHAPE_FEATURES, SHAPE_FEATURES],
  });
}
