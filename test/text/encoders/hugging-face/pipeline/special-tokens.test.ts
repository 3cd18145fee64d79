import { join } from 'node:path';
import { loadHuggingFace } from '../../../../../lib/text/encoders/hugging-face';
import { specialTokensOf } from '../../../../../lib/text/encoders/hugging-face/pipeline/special-tokens';
import {
  editJson,
  encoderCopies,
  expectRefused,
} from '../../../../helpers/learners/encoder-copies';

const copyOf = encoderCopies();
const of = (config: unknown) => specialTokensOf(config, 'post_processor', 'a test');

const special = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } });
const text = { Sequence: { id: 'A', type_id: 0 } };
const template = (...single: unknown[]) => ({
  type: 'TemplateProcessing',
  single,
  special_tokens: { C: { id: 'C', ids: [2, 7] }, S: { id: 'S', ids: [3] } },
});

test.each<[string, unknown, number[], number[]]>([
  ['none', null, [], []],
  [
    'a template, with a token of several ids',
    template(special('C'), text, special('S')),
    [2, 7],
    [3],
  ],
  ['a template with nothing after the text', template(special('C'), text), [2, 7], []],
  ['BERT', { type: 'BertProcessing', cls: ['C', 2], sep: ['S', 3] }, [2], [3]],
  ['RoBERTa', { type: 'RobertaProcessing', cls: ['C', 0], sep: ['S', 2] }, [0], [2]],
  [
    'a sequence, the last of which is around the others',
    {
      type: 'Sequence',
      processors: [
        { type: 'ByteLevel' },
        template(text, special('S')),
        template(special('C'), text),
      ],
    },
    [2, 7],
    [3],
  ],
])('%s', (_, config, before, after) => {
  expect(of(config)).toEqual({ before, after });
});

test.each<[string, unknown, string]>([
  ['another kind', { type: 'Mine' }, "'BertProcessing' or"],
  ['a text that stands twice', template(text, special('S'), text), 'the place of one text'],
  ['a text that does not stand', template(special('S')), 'the place of one text'],
  ['a type other than 0', template(special('C', 1), text), 'the type_id 0'],
  ['a token without ids', template(special('X'), text), "string 'X'"],
  ['a part that is none', template({}), 'SpecialToken and Sequence'],
  ['a token without its id', { type: 'BertProcessing', cls: ['C'], sep: ['S', 3] }, 'cls[1]'],
])('%s is refused', (_, config, words) => {
  expect(() => of(config)).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_ARGUMENT',
      message: expect.stringContaining(words),
    }),
  );
});

test('they stand around a text whatever the vocabulary knows', () => {
  const folder = copyOf('roberta');
  // Nothing of 'a', which was asked for once to see where special tokens go.
  editJson(folder, 'tokenizer.json', (json) => ({
    ...json,
    added_tokens: [],
    pre_tokenizer: null,
    model: {
      type: 'BPE',
      vocab: { '<s>': 0, '<pad>': 1, '</s>': 2, 我: 3, 的: 4, 我的: 5 },
      merges: ['我 的'],
    },
    post_processor: { type: 'RobertaProcessing', cls: ['<s>', 0], sep: ['</s>', 2] },
  }));
  const { tokenize } = loadHuggingFace(folder);
  expect([...tokenize('我')]).toEqual([0, 3, 2]);
  // What is no token is passed over, and its neighbours are joined.
  expect([...tokenize('我?的')]).toEqual([0, 5, 2]);
  editJson(folder, 'tokenizer.json', (json) => ({
    ...json,
    post_processor: { type: 'BertProcessing', cls: ['<s>', 0], sep: ['</s>', 99_999] },
  }));
  expectRefused(folder, join('tokenizer.json'), 'id 99999');
});
