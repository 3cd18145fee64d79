import { withAdvice } from '../../lib/libtorch/load-advice';

test.each([
  ['libc10.so: file too short', /damaged: install its package again\.$/],
  ['libc10.so: invalid ELF header', /damaged/],
  ['libc10.so: failed to map segment from shared object', /no more memory.*noexec/],
  ['libc10.so: cannot open shared object file: Permission denied', /the right to read/],
  ['libgomp.so.1: cannot open shared object file: No such file or directory', /install/i],
  ["libstdc++.so.6: version `GLIBCXX_3.4.25' not found (required by x)", /LD_LIBRARY_PATH/],
  ['x.so: undefined symbol: _ZN3c10', /LD_PRELOAD/],
  ['Cannot load native addon because loading addons is disabled.', /`--allow-addons`/],
])('«%s» is followed by what to do', (message, advice) => {
  const advised = withAdvice(message);
  expect(advised.startsWith(`${message.replace(/\.$/, '')}. `)).toBe(true);
  expect(advised).toMatch(advice);
});

test('a message that is not known is left as it is', () => {
  expect(withAdvice('Module did not self-register: x.node')).toBe(
    'Module did not self-register: x.node',
  );
});
