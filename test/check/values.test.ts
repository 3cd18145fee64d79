import { abortSignal, array, hasHoles } from '../../lib/check';
import { graphNetwork, sineTasks, snail } from '../../lib/meta';
import { linear, mlp } from '../../lib/nn';
import { episodeTensors, Vocabulary, VocabularyVectorizer } from '../../lib/text';
import { mapTree, torch } from '../../lib/torch';
import { apply } from '../helpers/junk';

// A loop that passes over its holes one by one would take minutes.
const ENDLESS = new Array(2 ** 32 - 1);
/** Of a hole and a 1. */
const withHole = (): unknown[] => Object.assign(new Array(2), { 1: 1 });

const encoder = linear({ inFeatures: 4, outFeatures: 3 });
const x = torch.ones([2, 4]);

const vectorizer = new VocabularyVectorizer({
  tokenizer: { tokenize: (text) => [text] },
  vocabulary: Vocabulary.build([['one']]),
  maxLength: 3,
});
const sizes = { encoder, dimensions: 3, ways: 2, length: 5 };

test('an array has holes where it has no value of its own', () => {
  expect(hasHoles([])).toBe(false);
  expect(hasHoles([undefined])).toBe(false);
  expect(hasHoles(new Array(1))).toBe(true);
  expect(hasHoles(withHole())).toBe(true);
  expect(array([undefined], 'values', 'name', 'operator')).toEqual([undefined]);
});

test('an AbortSignal is what has its methods, of whatever realm', () => {
  const { signal } = new AbortController();
  expect(abortSignal(signal, 'signal', 'operator')).toBe(signal);
  const likeOne = {
    aborted: false,
    throwIfAborted: () => undefined,
    addEventListener: () => undefined,
  };
  expect(abortSignal(likeOne, 'signal', 'operator')).toBe(likeOne);
  for (const wrong of [
    null,
    5,
    {},
    { ...likeOne, throwIfAborted: {} },
    { ...likeOne, aborted: 0 },
  ]) {
    expect(() => abortSignal(wrong, 'signal', 'operator')).toThrow(
      'Expected an AbortSignal for signal of operator',
    );
  }
});

test.each<readonly [string, (array: unknown[]) => unknown]>([
  ['a list', (own) => array(own, 'values', 'name', 'operator')],
  ['the tree of mapTree', (own) => mapTree(([one]) => one, own as never)],
  ['arguments of vmap', (own) => apply(torch.vmap(() => x) as never, own, x)],
  ['episodes', (own) => apply(episodeTensors as never, own, vectorizer)],
  ['the sizes of mlp', (own) => apply(mlp as never, { sizes: own })],
  ['the attention of snail', (own) => apply(snail as never, { ...sizes, attention: own })],
  ['one pair of it', (own) => apply(snail as never, { ...sizes, attention: [own] })],
  [
    'the bounds of sineTasks',
    (own) => apply(sineTasks as never, torch.generator(1), { phases: own }),
  ],
])('an array with holes is refused at once as %s', (_, call) => {
  const typed = expect.objectContaining({ code: 'ERR_TORCH_ARGUMENT' });
  for (const holes of [new Array(2), ENDLESS]) expect(() => call(holes)).toThrow(typed);
});

test('arguments of checkpoint keep their holes', () => {
  const seen: unknown[] = [];
  const weight = torch.ones([2]).requiresGrad_();
  const sum = (...inputs: readonly unknown[]) => {
    seen.push(inputs[0]);
    return weight.exp().sum();
  };
  torch.checkpoint(sum, withHole(), ENDLESS).backward();
  expect(seen).toEqual([withHole(), withHole()]);
});

test('graph networks have layers that can be made', () => {
  const options = { encoder, dimensions: 3, ways: 2 };
  for (const layers of [1001, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
    expect(() => graphNetwork({ ...options, layers })).toThrow(
      'Expected an integer from 1 to 1000 for layers of graphNetwork',
    );
  }
});
