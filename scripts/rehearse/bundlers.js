const { MODULES, PRINT, REQUIRE, RESULT, SECOND } = require('./derivative');

/** Programs that a tool has put together. @type {readonly import('./derivative').Program[]} */
const BUNDLED = [
  {
    name: 'esbuild, external',
    files: { 'esbuild.cjs': `${REQUIRE}${SECOND}\n${PRINT}` },
    build: [
      `${MODULES}/esbuild/bin/esbuild`,
      'esbuild.cjs',
      '--bundle',
      '--platform=node',
      '--external:metatorch',
      '--outfile=esbuild-out.cjs',
      '--log-level=warning',
    ],
    command: ['esbuild-out.cjs'],
    expected: RESULT,
  },
  {
    name: 'webpack, external',
    files: {
      'webpack.cjs': `${REQUIRE}${SECOND}\n${PRINT}`,
      'webpack.build.cjs': `require('webpack')({
  entry: './webpack.cjs', mode: 'production', target: 'node', context: __dirname,
  externals: { metatorch: 'commonjs metatorch' },
  output: { path: require('node:path').join(__dirname, 'webpack-out'), filename: 'main.cjs' },
}, (error, stats) => {
  if (error || stats.hasErrors()) { console.error(error || stats.toString()); process.exitCode = 1; }
});`,
    },
    build: ['webpack.build.cjs'],
    command: ['webpack-out/main.cjs'],
    expected: RESULT,
  },
  {
    name: 'Rollup, external',
    files: {
      'rollup.entry.mjs': `import { torch } from 'metatorch';\nimport 'metatorch/nn';${SECOND}\n${PRINT}`,
      'rollup.config.mjs': `export default {
  input: 'rollup.entry.mjs', external: [/^metatorch/],
  output: { file: 'rollup-out/main.mjs', format: 'es' },
};`,
    },
    build: [
      `${MODULES}/rollup/dist/bin/rollup`,
      '--config',
      'rollup.config.mjs',
      '--failAfterWarnings',
    ],
    command: ['rollup-out/main.mjs'],
    expected: RESULT,
  },
  {
    name: 'Vite, SSR',
    files: {
      'vite.entry.mjs': `import { torch } from 'metatorch';${SECOND}\n${PRINT}`,
      'vite.config.mjs': "export default { build: { ssr: 'vite.entry.mjs', outDir: 'vite-out' } };",
    },
    build: [`${MODULES}/vite/bin/vite.js`, 'build', '--config', 'vite.config.mjs'],
    command: ['vite-out/vite.entry.mjs'],
    expected: RESULT,
  },
  {
    name: 'esbuild, bundled in',
    files: { 'bundled.cjs': `${REQUIRE}${SECOND}\n${PRINT}` },
    build: [
      `${MODULES}/esbuild/bin/esbuild`,
      'bundled.cjs',
      '--bundle',
      '--platform=node',
      '--outfile=bundled-out/main.cjs',
      '--log-level=error',
    ],
    command: ['bundled-out/main.cjs'],
    expected: 'make the package external',
    fails: true,
  },
];

module.exports = { BUNDLED };
