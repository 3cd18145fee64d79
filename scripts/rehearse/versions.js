/** What the rehearsal uses, each at a version of its own. */
const NODES = { 20: '20.20.2', 22: '22.23.5', 24: '24.22.3', 26: '26.12.1' };

/**
 * Verdaccio, which needs Node.js 22 or newer. It asks for node-fetch by a tag, which some registries
 * do not keep.
 */
const REGISTRY = {
  manifest: {
    private: true,
    dependencies: { verdaccio: '6.10.4' },
    overrides: { 'node-fetch': '2.7.0' },
  },
  node: '22',
};

/** The tools that users run metatorch with, installed beside it. */
const TOOLS = {
  '@types/node': '20.19.43',
  '@vercel/nft': '1.11.5',
  bun: '1.4.5',
  deno: '2.9.6',
  esbuild: '0.28.2',
  jest: '30.5.2',
  next: '16.4.6',
  // Puts a script into a copy of Node.js.
  postject: '1.0.0-alpha.6',
  react: '19.3.1',
  'react-dom': '19.3.1',
  rollup: '4.68.8',
  typescript: '5.9.3',
  vite: '7.3.8',
  // The newest that runs on Node.js 20.
  vitest: '3.2.4',
  webpack: '5.113.0',
};

/** What looks at a package without running it. */
const CHECKERS = { '@arethetypeswrong/cli': '0.18.5', publint: '0.3.25' };

/** As npm takes them. @param {Readonly<Record<string, string>>} packages */
function specifiers(packages) {
  return Object.entries(packages).map(([name, version]) => `${name}@${version}`);
}

module.exports = { CHECKERS, NODES, REGISTRY, specifiers, TOOLS };
