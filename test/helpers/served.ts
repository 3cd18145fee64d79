import { EncoderPool, FewShotClassifier } from '../../lib/serve';

export const CARDS = {
  card_lost: ['I lost my card', 'my card is gone'],
  top_up: ['how do I add money', 'top up my account'],
};
export const LOANS = {
  rate: ['what is the interest rate', 'how high are the interest rates'],
  repay: ['I want to pay back my loan', 'repay the loan early'],
};

/** Threads for the tests of a file, which take a second to start. */
export function sharedPool(): () => EncoderPool {
  let pool: EncoderPool | undefined;
  beforeAll(async () => {
    pool = await EncoderPool.open();
  });
  afterAll(() => pool?.close());
  return () => {
    if (pool === undefined) throw new Error('Expected to run inside of a test');
    return pool;
  };
}

/** Fulfilled when a pool begins the next fit that it is asked for. */
export function nextFit(pool: EncoderPool): Promise<void> {
  return new Promise((resolve) => {
    const spy = jest.spyOn(pool, 'fit').mockImplementation((...work) => {
      spy.mockRestore();
      const core = pool.fit(...work);
      resolve();
      return core;
    });
  });
}

/** Two classifiers for each test of a file. */
export function twoClassifiers(pool: () => EncoderPool): () => Two {
  let two: Two | undefined;
  beforeEach(async () => {
    const options = { pool: pool() };
    two = {
      cards: await FewShotClassifier.fit(CARDS, options),
      loans: await FewShotClassifier.fit(LOANS, options),
    };
  });
  afterEach(async () => {
    await two?.cards.close();
    await two?.loans.close();
  });
  return () => {
    if (two === undefined) throw new Error('Expected to run inside of a test');
    return two;
  };
}

export type Two = { cards: FewShotClassifier; loans: FewShotClassifier };
