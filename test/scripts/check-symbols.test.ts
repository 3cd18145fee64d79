import { join } from 'node:path';
import { beyondBounds, binariesIn, checkSymbols } from '../../scripts/check-symbols.js';

const line = (symbol: string) =>
  `    78: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND ${symbol} (11)`;

test.each([
  ['dlopen@GLIBC_2.34', 'dlopen of GLIBC_2.34, beyond 2.28'],
  ['exp@GLIBC_2.29', 'exp of GLIBC_2.29, beyond 2.28'],
  ['_ZNSt10filesystem@GLIBCXX_3.4.26', '_ZNSt10filesystem of GLIBCXX_3.4.26, beyond 3.4.25'],
  ['__cxa_call_terminate@CXXABI_1.3.15', '__cxa_call_terminate of CXXABI_1.3.15, beyond 1.3.11'],
  ['x@NEWLIB_1.0', 'x of NEWLIB_1.0, a library without a bound'],
])('%s is refused', (symbol, problem) => {
  expect(beyondBounds(`${line('malloc@GLIBC_2.2.5')}\n${line(symbol)}\n`)).toEqual([problem]);
});

test.each([
  'memcpy@GLIBC_2.14',
  'statx@GLIBC_2.28',
  '_ZNSs@GLIBCXX_3.4.9',
  '__cxa_begin_catch@CXXABI_1.3',
  '_Unwind_Resume@GCC_3.0',
  'napi_create_object',
])('%s is fine', (symbol) => {
  expect(beyondBounds(line(symbol))).toEqual([]);
});

test('what a binary defines itself does not matter', () => {
  expect(beyondBounds('  9: 0000000000001000  14 FUNC  GLOBAL DEFAULT  12 f@@GLIBC_2.99')).toEqual(
    [],
  );
});

(process.platform === 'linux' ? test : test.skip)(
  'the addon at hand keeps to the bounds',
  async () => {
    const files = binariesIn(join(__dirname, '..', '..', 'build', 'Release'));
    expect(files.length).toBeGreaterThanOrEqual(2);
    await checkSymbols(files);
  },
);
