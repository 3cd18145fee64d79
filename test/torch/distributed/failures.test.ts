import { join } from 'node:path';
import { temporaryFolder } from '../../helpers/folders';
import { endRanksAfterEach, type RankEnd, startRanks } from '../../helpers/processes/ranks';
import { reply, startWorker } from '../../helpers/processes/torch-worker';

const folder = temporaryFolder();
endRanksAfterEach();

const TIMEOUT = 4000;

/** Ranks that add up for ever, each of them telling the first sum, and how it ended. */
const WORK = `
  init({ timeout: ${TIMEOUT} });
  say('joined');
  const began = performance.now();
  let last = began;
  try {
    for (let i = 0; ; i++) {
      distributed.allReduce(torch.ones([1000]));
      last = performance.now();
      if (i === 0) say('added');
    }
  } catch (error) {
    const { code, ranks, message } = error;
    say({ code, ranks, message, waited: performance.now() - last });
  }
  distributed.destroyProcessGroup();`;

async function afterSignal(size: number, victim: number, signal: NodeJS.Signals, body = WORK) {
  const ranks = startRanks(join(folder(), 'store'), size, body);
  await Promise.all(ranks.map((rank) => rank.hasSaid(2)));
  ranks[victim]?.process.kill(signal);
  const ends = await Promise.all(
    ranks.filter((_, rank) => rank !== victim).map(({ ended }) => ended),
  );
  ranks[victim]?.process.kill('SIGKILL');
  await ranks[victim]?.ended;
  return ends;
}

function expectNamed(ends: readonly RankEnd[], victim: number, words: string) {
  for (const { status, said, stderr } of ends) {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(said[2]).toMatchObject({
      code: 'ERR_TORCH_DISTRIBUTED',
      ranks: [victim],
      message: expect.stringContaining(words),
    });
    expect(Object(said[2]).waited).toBeLessThan(TIMEOUT);
  }
}

const GONE = 'does not answer: its process has ended, hangs or is cut off';

test.each([0, 1, 2])('rank %i is killed: the others name it', async (victim) => {
  expectNamed(await afterSignal(3, victim, 'SIGKILL'), victim, `Rank ${victim} ${GONE}`);
});

test('a rank is stopped: the others name it within the timeout', async () => {
  expectNamed(await afterSignal(3, 1, 'SIGSTOP'), 1, `Rank 1 ${GONE}`);
});

test('a rank that computes for ever is named, and told apart from one that has ended', async () => {
  const body = `
    init({ timeout: ${TIMEOUT} });
    say('joined');
    distributed.allReduce(torch.ones([1]));
    say('added');
    const began = performance.now();
    try {
      if (rank === 1) {
        while (performance.now() - began < ${TIMEOUT + 2000});
        distributed.barrier();
      } else distributed.allReduce(torch.ones([1]));
    } catch (error) {
      const { code, ranks, message } = error;
      say({ code, ranks, message, waited: performance.now() - began });
    }
    distributed.destroyProcessGroup();`;
  const ends = await Promise.all(
    startRanks(join(folder(), 'store'), 3, body).map(({ ended }) => ended),
  );
  expectNamed(
    ends.filter(({ rank }) => rank !== 1),
    1,
    'Rank 1 has not come to call 2 of the group within 4 s, but still runs',
  );
  // It learns itself that it was too late.
  expect(ends[1]?.said[2]).toMatchObject({ code: 'ERR_TORCH_DISTRIBUTED', ranks: [1] });
});

test('a rank that fails and leaves is named', async () => {
  const body = `
    init({ timeout: ${TIMEOUT} });
    say('joined');
    distributed.allReduce(torch.ones([1]));
    say('added');
    if (rank === 2) return distributed.destroyProcessGroup();
    const began = performance.now();
    try {
      distributed.allReduce(torch.ones([1]));
    } catch (error) {
      const { code, ranks, message } = error;
      say({ code, ranks, message, waited: performance.now() - began });
    }`;
  const ends = await Promise.all(
    startRanks(join(folder(), 'store'), 3, body).map(({ ended }) => ended),
  );
  expectNamed(ends.slice(0, 2), 2, 'Rank 2 has left the group while others waited in allReduce');
});

describe('a thread that ends', () => {
  const options = `{
    initMethod: 'file://' + workerData.file, rank: workerData.rank, worldSize: 2, address: '127.0.0.1',
    timeout: 30000,
  }`;

  test('while it waits for the others ends alone, and at once', async () => {
    const body = `
      torch.distributed.initProcessGroupAsync(${options});
      parentPort.postMessage('waits');`;
    const worker = startWorker(body, { file: join(folder(), 'store'), rank: 0 });
    expect(await reply(worker)).toBe('waits');
    const began = performance.now();
    await worker.terminate();
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('in a call is named to the other', async () => {
    const body = `
      torch.distributed.initProcessGroup(${options});
      const call = torch.distributed.barrierAsync();
      parentPort.postMessage('waits');
      call.catch(({ code, ranks }) => parentPort.postMessage({ code, ranks }));`;
    const late = `
      torch.distributed.initProcessGroup(${options});
      parentPort.postMessage('joined');
      setInterval(() => {}, 1000);`;
    const file = join(folder(), 'store');
    const first = startWorker(body, { file, rank: 0 });
    const second = startWorker(late, { file, rank: 1 });
    await Promise.all([reply(first), reply(second)]);
    await second.terminate();
    expect(await reply(first)).toEqual({ code: 'ERR_TORCH_DISTRIBUTED', ranks: [1] });
    await first.terminate();
  });
});
