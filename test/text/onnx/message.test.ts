import { Message } from '../../../lib/text/onnx/message';

const bytesOf = ({ chunks }: Message): string => Buffer.concat([...chunks]).toString('hex');

test('numbers are written as in the guide to the wire format', () => {
  expect(bytesOf(new Message().int(1, 150))).toBe('089601');
  expect(bytesOf(new Message().int(1, 0))).toBe('0800');
  expect(bytesOf(new Message().int(1, 127).int(1, 128))).toBe('087f088001');
  expect(bytesOf(new Message().int(3, -2))).toBe('18feffffffffffffffff01');
  expect(bytesOf(new Message().int(1, 2n ** 63n - 1n))).toBe('08ffffffffffffffff7f');
  expect(bytesOf(new Message().float(2, 1))).toBe('150000803f');
});

test('so are strings, messages within messages and fields above 15', () => {
  expect(bytesOf(new Message().string(2, 'testing'))).toBe('120774657374696e67');
  expect(bytesOf(new Message().message(3, new Message().int(1, 150)))).toBe('1a03089601');
  expect(bytesOf(new Message().int(20, 2))).toBe('a00102');
  expect(bytesOf(new Message().message(16, new Message()))).toBe('820100');
});

test('the length is that of what is written, and large values are not copied', () => {
  const weights = new Uint8Array(300);
  const outer = new Message().message(7, new Message().bytes(9, weights));
  expect(outer.length).toBe(3 + 3 + 300);
  expect(outer.chunks).toContain(weights);
});
