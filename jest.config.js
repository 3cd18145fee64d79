/** Packages of ES modules. */
const MODULES = [
  'cookie|hyparquet[^/]*|hysnappy',
  '@observablehq/plot|d3|d3-[^/]+|internmap|delaunator|robust-predicates|isoformat',
  'linkedom|css-[^/]+|cssomnom|dom-serializer|domelementtype|domhandler|domutils|htmlparser2|entities|nth-check|boolbase',
].join('|');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Fastify's `inject` needs cookie, which is an ES module, as are the readers of Parquet and what draws plots;
  // Jest requires those only on Node.js 24.
  transform: {
    [`^.+\\.ts$|/(?:${MODULES})/.+\\.m?js$`]: ['@swc/jest', { jsc: { target: 'es2022' } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${MODULES})/)`],
  testTimeout: 60_000,
  // Each worker loads libtorch; two keep a small machine within its cores and memory.
  maxWorkers: 2,
};
