import { runInNewContext } from 'node:vm';
import { loadedLater, withFileNames } from '../../scripts/quick-to-load.js';

/** As TypeScript writes `export { a, b } from './one'; export { c } from './two'`. */
const BARREL = `exports.c = exports.b = exports.a = void 0;
var one_1 = require("./one");
Object.defineProperty(exports, "a", { enumerable: true, get: function () { return one_1.a; } });
Object.defineProperty(exports, "b", { enumerable: true, get: function () { return one_1.b; } });
var two_1 = require("./two");
Object.defineProperty(exports, "c", { enumerable: true, get: function () { return two_1.c; } });
`;

/** Runs a module, whose requirements are noted. */
function run(code: string) {
  const loaded: string[] = [];
  const exports: Record<string, unknown> = {};
  const require = (name: string) => {
    loaded.push(name);
    return { a: `a of ${name}`, b: `b of ${name}`, c: `c of ${name}` };
  };
  runInNewContext(code, { exports, require });
  return { exports, loaded };
}

test('what is only passed on is loaded when it is used, once', () => {
  const { exports, loaded } = run(loadedLater(BARREL, false));
  expect(Object.keys(exports)).toEqual(['a', 'b', 'c']);
  expect(loaded).toEqual([]);
  expect(exports.b).toBe('b of ./one');
  expect(exports.a).toBe('a of ./one');
  expect(loaded).toEqual(['./one']);
  expect(exports.c).toBe('c of ./two');
  expect(loaded).toEqual(['./one', './two']);
});

test('the getters keep the form by which Node.js finds names, and nothing is changed twice', () => {
  const lazy = loadedLater(BARREL, false);
  const getters = (code: string) => code.match(/^Object\.defineProperty.*$/gm);
  expect(getters(lazy)).toEqual(getters(BARREL));
  expect(loadedLater(lazy, true)).toBe(lazy);
});

const USED = `const one_1 = require("./one");
exports.run = () => (0, one_1.a) + one_1.b;
`;

test('what a module uses itself is loaded at once, but where all may wait', () => {
  expect(loadedLater(USED, false)).toBe(USED);
  const { loaded } = run(loadedLater(USED, true));
  expect(loaded).toEqual([]);
});

test("Node.js' own modules wait for their use", () => {
  const code = loadedLater(USED.replace('./one', 'node:crypto'), false);
  const { exports, loaded } = run(code);
  expect(loaded).toEqual([]);
  expect((exports.run as () => string)()).toBe('a of node:cryptob of node:crypto');
  expect(loaded).toEqual(['node:crypto']);
});

test.each([
  'var one_1 = require("./one");\nexports.one = one_1;\n',
  'var one_1 = require("./one");\nexports.a = one_1.a;\n',
  'var fs_1 = require("node:fs");\nexports.a = () => fs_1.a;\n',
  'const fs_1 = require("fs");\nexports.a = () => fs_1.a;\n',
  'require("./one");\n',
  'const one_1 = require("./one");\nexports.all = Object.keys(one_1);\n',
])('%j stays as it is', (code) => {
  expect(loadedLater(code, code.startsWith('const'))).toBe(code);
});

test('modules are named by their files', () => {
  const files = new Set(['./one.js', './two/index.js', '../index.js', './three.js']);
  const named = (name: string) =>
    withFileNames(`require("${name}")`, (file) => files.has(file)).slice(9, -2);
  expect(named('./one')).toBe('./one.js');
  expect(named('./two')).toBe('./two/index.js');
  expect(named('..')).toBe('../index.js');
  expect(named('./three.js')).toBe('./three.js');
  expect(named('./absent')).toBe('./absent');
  expect(named('fs')).toBe('fs');
});

test('paths that are written out for tools that trace files stay as they are', () => {
  const code = `const path = require("node:path");\nexports.data = path.join(__dirname, '../data');\n`;
  expect(loadedLater(code, true)).toBe(code);
});
