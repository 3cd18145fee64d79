import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DIST = join(__dirname, '..', '..', 'dist', 'torch');

// The compiler leaves imports out of declarations that name nothing which is used there.
test('the published types lead to the methods of Tensor', () => {
  const entry = readFileSync(join(DIST, 'index.d.ts'), 'utf8');
  expect(entry).toMatch(/^import '\.\/operators\/operators';$/m);
  const methods = readFileSync(join(DIST, 'operators', 'operators.d.ts'), 'utf8');
  expect(methods).toMatch(/declare module '\.\.\/tensor'/);
});

test('the published types name nothing that was stripped', () => {
  const handle = readFileSync(join(DIST, 'handle.d.ts'), 'utf8');
  expect(handle).toMatch(/export declare const OWNED: unique symbol/);
});
