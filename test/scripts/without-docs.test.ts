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
  const expected = [
    '"use strict";',
    'function one() {',
    '    // Why.',
    '    return `',
    '/** of a string */',
    '`;',
    '}',
    'class Two {',
    '    run(x) { return /\\/** no *\\//.test(x) /* kept */; }',
    '}',
    "const three = '/** of a string */';",
    '',
  ].join('\n');
  expect(withoutDocs(code)).toBe(expected);
  expect(withoutDocs(expected)).toBe(expected);
});
