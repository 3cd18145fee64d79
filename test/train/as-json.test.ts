import { asJson } from '../../lib/train/as-json';

test('what is left out is not there, and an error is its message', () => {
  const stopped = new DOMException('Stopped by SIGINT', 'AbortError');
  expect(asJson({ a: undefined, b: [1, null], runs: [{ stopped }] })).toEqual({
    b: [1, null],
    runs: [{ stopped: 'Stopped by SIGINT' }],
  });
});
