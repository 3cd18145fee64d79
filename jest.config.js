/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Fastify's `inject` needs cookie, which is an ES module, as are the readers of Parquet; Jest requires those
  // only on Node.js 24.
  transform: {
    '^.+\\.ts$|/(?:cookie|hyparquet[^/]*|hysnappy)/.+\\.js$': [
      '@swc/jest',
      { jsc: { target: 'es2022' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!cookie/|hyparquet|hysnappy/)'],
  testTimeout: 60_000,
  // Each worker loads libtorch; two keep a small machine within its cores and memory.
  maxWorkers: 2,
};
