import { join } from 'node:path';
import { freePort } from '../../../lib/cli/runs/free-port';
import { torch } from '../../../lib/torch';
import { placeOf, rankFrom } from '../../../lib/torch/distributed/init-method';
import { groupsInOneThread, joinGroup } from '../../helpers/processes/process-groups';
import { endRanksAfterEach, runRanks } from '../../helpers/processes/ranks';

const groups = groupsInOneThread();
endRanksAfterEach();
const { distributed } = torch;

const VARIABLES = [
  'RANK',
  'WORLD_SIZE',
  'MASTER_ADDR',
  'MASTER_PORT',
  'TORCHELASTIC_USE_AGENT_STORE',
];
afterEach(() => {
  for (const name of VARIABLES) delete process.env[name];
});

describe('processes', () => {
  test("join by torchrun's variables over TCP, make groups of some, and use both forms of calls", async () => {
    const port = await freePort();
    const body = `
      Object.assign(process.env, {
        RANK: String(rank), WORLD_SIZE: String(size), MASTER_ADDR: '127.0.0.1', MASTER_PORT: '${port}',
        GLOO_SOCKET_IFNAME: 'lo',
      });
      distributed.initProcessGroup({ timeout: 30000 });
      const all = distributed.allReduce(torch.tensor([rank])).item();
      const some = distributed.newGroup([2, 0]);
      const own = some && (await distributed.allReduceAsync(torch.tensor([rank + 1]), { group: some })).item();
      const names = [distributed.getRank(), distributed.getWorldSize(), some?.rank, some?.ranks];
      distributed.barrier();
      distributed.destroyProcessGroup();
      say([Number(all), some && Number(own), ...names, distributed.isInitialized()]);`;
    expect(await runRanks(join(groups.folder(), 'unused'), 3, body)).toEqual([
      [[3, 4, 0, 3, 0, [0, 2], false]],
      [[3, undefined, 1, 3, undefined, undefined, false].map((value) => value ?? null)],
      [[3, 4, 2, 3, 1, [0, 2], false]],
    ]);
  });
});

describe('ranks that do not come together', () => {
  test('those that are missing are named', async () => {
    const group = groups.make(1, 3, { timeout: 1000 });
    await expect(joinGroup(group)).rejects.toMatchObject({
      code: 'ERR_TORCH_DISTRIBUTED',
      ranks: [0, 2],
      message: 'initProcessGroup: Of 3 ranks these have not joined within 1000 ms: 0, 2',
    });
  });

  test('a rank twice', async () => {
    await groups.join(1);
    await expect(joinGroup(groups.make(0, 1))).rejects.toThrow(
      'Expected each rank once, and a store that no other group has used, but rank 0 has joined already',
    );
  });

  test('other options', async () => {
    const two = [
      groups.make(0, 2, { timeout: 3000 }),
      groups.make(1, 2, { checkedCalls: 5, timeout: 3000 }),
    ];
    const ends = await Promise.allSettled(two.map(joinGroup));
    for (const end of ends) {
      expect(String(end.status === 'rejected' && end.reason)).toContain(
        'Expected the same options on all ranks',
      );
    }
  });

  test('no server', async () => {
    const port = await freePort();
    const group = groups.make(1, 2, { file: '', host: '127.0.0.1', port, timeout: 1000 });
    await expect(joinGroup(group)).rejects.toMatchObject({ code: 'ERR_TORCH_DISTRIBUTED' });
  });
});

describe('options', () => {
  test.each<[string, unknown]>([
    ['Expected an integer from 200', { timeout: 10 }],
    ['Unknown option world', { world: 2 }],
    ["Expected 'gloo' for backend but received 'nccl'", { backend: 'nccl' }],
    [
      "Expected 'gloo' for backend of initProcessGroup but received string 'mpi'",
      { backend: 'mpi' },
    ],
    ['Expected an integer of at least 0 for checks', { checks: 'yes' }],
    ['Expected an integer from 0 to 1 for rank', { rank: 2, worldSize: 2 }],
    [
      "Expected 'env://', 'tcp://host:port' or 'file:///path'",
      { rank: 0, worldSize: 1, initMethod: 'tcp://here' },
    ],
    ['Expected WORLD_SIZE in the environment', {}],
  ])('%s', (words, options) => {
    expect(() => distributed.initProcessGroup(Object(options))).toThrow(words);
    expect(distributed.isInitialized()).toBe(false);
  });

  test('variables of the environment are checked by name', () => {
    Object.assign(process.env, { RANK: '1x', WORLD_SIZE: '2' });
    expect(() => rankFrom({}, 'initProcessGroup')).toThrow(
      "for RANK of the environment but received '1x'",
    );
    process.env['RANK'] = '1';
    expect(rankFrom({}, 'initProcessGroup')).toEqual({ rank: 1, worldSize: 2 });
    expect(rankFrom({ rank: 0 }, 'initProcessGroup')).toEqual({ rank: 0, worldSize: 2 });
  });

  test('where ranks meet', () => {
    const place = { file: '', host: 'h', port: 29500 };
    expect(placeOf('tcp://h:29500', 0, 'init')).toEqual({ ...place, serves: true });
    expect(placeOf('tcp://h:29500', 1, 'init')).toEqual({ ...place, serves: false });
    expect(placeOf('tcp://[::1]:29500', 1, 'init').host).toBe('::1');
    expect(placeOf('file:///a/b', 0, 'init').file).toBe('/a/b');
    Object.assign(process.env, { MASTER_ADDR: 'h', MASTER_PORT: '29500' });
    expect(placeOf('env://', 0, 'init')).toEqual({ ...place, serves: true });
    process.env['TORCHELASTIC_USE_AGENT_STORE'] = 'True';
    expect(placeOf('env://', 0, 'init').serves).toBe(false);
  });
});
