/** Packages of ES modules. */
const MODULES = [
  'cookie|hyparquet[^/]*|hysnappy',
  '@observablehq/plot|d3|d3-[^/]+|internmap|delaunator|robust-predicates|isoformat',
  'linkedom|css-[^/]+|cssomnom|dom-serializer|domelementtype|domhandler|domutils|htmlparser2|entities|nth-check|boolbase',
].join('|');

// Two files run at a time; with two threads each, all would wait for whichever the processor has no core for. Tests of
// several threads ask for them.
process.env.OMP_NUM_THREADS ??= '1';

/** What numeric code uses often, none of which tests or packages declare anew. */
const GLOBALS = [
  'Array BigInt BigInt64Array Error Float32Array Float64Array Infinity Int32Array JSON Map Math Number',
  'Object Reflect Set Uint8Array Uint32Array',
].flatMap((names) => names.split(' '));

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Fastify's `inject` needs cookie, which is an ES module, as are the readers of Parquet and what draws plots;
  // Jest requires those only on Node.js 24.
  transform: {
    [`^.+\\.ts$|/(?:${MODULES})/.+\\.m?js$`]: '<rootDir>/scripts/support/jest-transform.js',
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${MODULES})/)`],
  testTimeout: 60_000,
  // In jest's contexts the lookup of a global takes longer than `Math.exp` itself; these become parameters of each
  // module, which made tests that compute up to ten times faster.
  sandboxInjectedGlobals: GLOBALS,
  // Each worker loads libtorch; two keep a small machine within its cores and memory.
  maxWorkers: 2,
};
