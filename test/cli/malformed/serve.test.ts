import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Malformed, malformedInputs } from '../../helpers/command-lines';

/** A classifier that cannot be served. */
const serve = (
  name: string,
  args: readonly string[],
  says: Malformed['says'],
  {
    files = {} as Malformed['files'],
    prepare = undefined as Malformed['prepare'],
    status = 1 as 1 | 2,
  } = {},
): Malformed => ({
  name,
  args: ['serve', '--port', '0', ...args],
  ...(files && { files }),
  ...(prepare && { prepare }),
  status,
  says,
});

const examples = (name: string, content: string, says: Malformed['says']) =>
  serve(`examples: ${name}`, ['cards.json'], ['cards.json', ...says], {
    files: { 'cards.json': content },
  });
const GOOD = '{"card": ["my card"], "rain": ["the rain"]}';

malformedInputs([
  serve('not there', ['none.json'], ['none.json', 'no such file or folder']),
  serve('an empty folder', ['empty'], ['empty'], {
    prepare: (root) => mkdirSync(join(root, 'empty')),
  }),
  serve('a folder of something else', ['other'], ['other'], {
    files: { 'other/config.json': '{"name": "something else"}' },
  }),
  serve('a folder whose config is cut off', ['other'], ['other/config.json', 'JSON'], {
    files: { 'other/config.json': '{"format": "metatorch' },
  }),
  serve('a name that is none', ['My Cards.json'], ['lower-case letters', 'my cards'], {
    files: { 'My Cards.json': GOOD },
    status: 2,
  }),
  serve('two of one name', ['a/cards.json', 'b/cards.json'], ['different names', 'cards'], {
    files: { 'a/cards.json': GOOD, 'b/cards.json': GOOD },
    status: 2,
  }),
  serve('a store that is a file', ['cards.json', '--store', 'taken'], ['taken'], {
    files: { 'cards.json': GOOD, taken: 'x' },
  }),
  serve('a store whose mark is broken', ['store'], ['store'], {
    prepare: (root) => {
      mkdirSync(join(root, 'store'));
      writeFileSync(join(root, 'store/store.json'), '{"format": "metatorch-st');
    },
  }),
  serve('a host that is none', ['cards.json', '--host', '256.256.256.256'], ['256.256.256.256'], {
    files: { 'cards.json': GOOD },
    status: 2,
  }),
  serve('a level of logs that is none', ['cards.json', '--log', 'loud'], ["'silent'", 'loud'], {
    files: { 'cards.json': GOOD },
    status: 2,
  }),
  serve(
    'a token of a classifier that is not there',
    ['cards.json', '--token', 'loans=x'],
    ['loans'],
    {
      files: { 'cards.json': GOOD },
      status: 2,
    },
  ),
  examples('nothing', '', ['JSON']),
  examples('cut off', '{"card": ["my', ['JSON']),
  examples('a list of words', '["card"]', ['object']),
  examples('one label', '{"card": ["my card"]}', ['label']),
  examples('a label without a text', '{"card": ["my card"], "rain": []}', ['rain']),
  examples('one text under two labels', '{"a": ["rain"], "b": ["rain"]}', ["'rain'"]),
  examples('labels that are equal up to case', '{"Card": ["a"], "card": ["b"]}', [
    "'Card'",
    "'card'",
  ]),
  examples('a text of white space', '{"a": [" "], "b": ["rain"]}', ['something in it']),
]);
