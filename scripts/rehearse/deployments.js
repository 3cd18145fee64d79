const path = require('node:path');
const { CLASSIFY, LABELLED, MODULES, QUESTION, RESULT, SECOND } = require('./derivative');

/** Prints a derivative and a label, with what `load` evaluates to. @param {string} load */
const both = (load) => `const { FewShotClassifier, torch } = ${load};${SECOND}${CLASSIFY}
labelOf('${QUESTION}').then((label) => console.log('second derivative ' + second.tolist(), label));`;
const BOTH = `${RESULT} ${LABELLED}`;

/** As Next.js sees it: an application in a folder of the project. */
const NEXT = {
  'next/next.config.mjs': `import path from 'node:path';
const root = path.join(import.meta.dirname, '..');
export default {
  output: 'standalone', serverExternalPackages: ['metatorch'],
  outputFileTracingRoot: root, turbopack: { root },
};`,
  'next/app/layout.js':
    'export default ({ children }) => <html lang="en"><body>{children}</body></html>;',
  'next/app/classify/route.js': `import { FewShotClassifier, torch } from 'metatorch';
export const dynamic = 'force-dynamic';${CLASSIFY}
export async function GET() {${SECOND}
  return new Response('second derivative ' + second.tolist() + ' ' + await labelOf('${QUESTION}'));
}`,
  'next.build.cjs': `const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const out = path.join('..', 'next-standalone');
fs.rmSync(out, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [path.resolve('${MODULES}/next/dist/bin/next'), 'build'], {
  cwd: 'next', stdio: 'inherit', env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
});
// Away from the installation, which Node.js would find in the folder above.
if (status === 0) fs.renameSync('next/.next/standalone', out);
process.exitCode = status ?? 1;`,
  'next.run.cjs': `const { spawn } = require('node:child_process');
const { createServer } = require('node:net');
const probe = createServer().listen(0, '127.0.0.1', () => {
  const { port } = probe.address();
  probe.close(async () => {
    const env = { ...process.env, PORT: String(port), HOSTNAME: '127.0.0.1' };
    const server = spawn(process.execPath, ['../next-standalone/next/server.js'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    for (let i = 0; i < 100; i++) {
      const response = await fetch('http://127.0.0.1:' + port + '/classify').catch(() => undefined);
      if (response) { console.log(await response.text()); break; }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    server.kill();
  });
});`,
};

/** Programs that run away from the installation, with the files that a tool has found. @type {readonly import('./derivative').Program[]} */
const DEPLOYED = [
  {
    name: '@vercel/nft',
    files: {
      'traced.cjs': both("require('metatorch')"),
      'trace.cjs': `const fs = require('node:fs');
const path = require('node:path');
const { nodeFileTrace } = require('@vercel/nft');
nodeFileTrace([path.join(__dirname, 'traced.cjs')], { base: __dirname }).then(({ fileList }) => {
  fs.rmSync('traced-out', { recursive: true, force: true });
  for (const file of fileList) {
    fs.mkdirSync(path.dirname(path.join('traced-out', file)), { recursive: true });
    fs.linkSync(file, path.join('traced-out', file));
  }
  // Away from the installation, which Node.js would find in the folder above.
  fs.rmSync(path.join('..', 'traced'), { recursive: true, force: true });
  fs.renameSync('traced-out', path.join('..', 'traced'));
});`,
    },
    build: ['trace.cjs'],
    command: [path.join('..', 'traced', 'traced.cjs')],
    expected: BOTH,
  },
  {
    name: 'Next.js, standalone',
    files: NEXT,
    build: ['next.build.cjs'],
    command: ['next.run.cjs'],
    expected: BOTH,
  },
  {
    name: 'single executable',
    files: {
      'sea.cjs': both("require('node:module').createRequire(process.execPath)('metatorch')"),
      'sea.json':
        '{ "main": "sea.cjs", "output": "sea.blob", "disableExperimentalSEAWarning": true }',
      'sea.build.cjs': `const fs = require('node:fs');
const { execFileSync } = require('node:child_process');
const { inject } = require('postject');
execFileSync(process.execPath, ['--experimental-sea-config', 'sea.json']);
fs.copyFileSync(process.execPath, 'sea-out');
fs.chmodSync('sea-out', 0o755);
inject('sea-out', 'NODE_SEA_BLOB', fs.readFileSync('sea.blob'), {
  sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
});`,
      'sea.run.cjs': `const { status, error } = require('node:child_process').spawnSync('./sea-out', { stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? 1;`,
    },
    build: ['sea.build.cjs'],
    command: ['sea.run.cjs'],
    expected: BOTH,
    // What builds it is in it.
    node: '22',
  },
];

module.exports = { DEPLOYED };
