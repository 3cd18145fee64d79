// A server of two classifiers for `soak-serve.ts`, which measures itself. `pool` is the one of metatorch; `sync`
// calls `predictSync` for each request on the event loop, to compare with.
const { monitorEventLoopDelay } = require('node:perf_hooks');
const fastify = require('fastify');
const {
  ClassifierStore,
  createServer,
  EncoderPool,
  FewShotClassifier,
} = require('../../../dist/serve');

const EXAMPLES = {
  cards: {
    cards_lost: ['I lost my card', 'my card is gone'],
    cards_new: ['I want a card', 'order a card'],
  },
  loans: { loans_rate: ['what is the interest rate'], loans_repay: ['I want to pay back my loan'] },
};

/** @param {string} folder */
async function poolServer(folder) {
  const store = await ClassifierStore.open(folder);
  for (const [name, examples] of Object.entries(EXAMPLES)) await store.put(name, examples, {});
  return createServer(store, { log: 'silent' });
}

async function syncServer() {
  const pool = await EncoderPool.open();
  const classifier = await FewShotClassifier.fit(EXAMPLES.cards, { pool });
  const server = fastify({ logger: false });
  server.post('/v1/classify', async (request) => {
    const { text } = Object(request.body);
    return { classifier: 'cards', predictions: [classifier.predictSync(text)] };
  });
  return server;
}

async function main() {
  const [kind, folder = ''] = process.argv.slice(2);
  /** @type {{ listen(options: { port: number, host: string }): Promise<string> }} */
  const server = await (kind === 'pool' ? poolServer(folder) : syncServer());
  const address = await server.listen({ port: 0, host: '127.0.0.1' });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  process.on('message', (message) => {
    if (message === 'start') {
      delay.enable();
      delay.reset();
    }
    const p99 = delay.percentile(99) / 1e6;
    process.send?.({ rss: process.memoryUsage.rss() / 2 ** 20, p99, max: delay.max / 1e6 });
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ address });
}

void main();
