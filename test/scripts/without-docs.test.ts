import { withoutDocs } from '../../scripts/without-docs.js';

test('documentation goes, and other comments and what only looks like it stay', () => {
  const code = [
    '"use strict";',
    '/** Of a function. */',
    'function one() {',
    '    // Why.',
    '    return `',
    '/** of a string */',
    '`;',
    '}',
    'class Two {',
    '    /**',
    '     * Of a method.',
    '     */',
    '    run(x) { return /\\/** no *\\//.test(x) /* kept */; }',
    '}',
    "const three = '/** of a string */';",
    '',
  ].join('\n');
  const docs = ['/** Of a function. */\n', '    /**\n     * Of a method.\n     */\n'];
  const expected = docs.reduce((rest, doc) => rest.replace(doc, ''), code);
  expect(code.length - expected.length).toBe(docs.join('').length);
  expect(withoutDocs(code)).toBe(expected);
  expect(withoutDocs(expected)).toBe(expected);
});
