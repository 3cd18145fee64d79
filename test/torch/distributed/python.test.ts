import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../../lib/cli/runs/free-port';
import { torch } from '../../../lib/torch';
import { findPythonWith } from '../../helpers/files/numpy';

const python = findPythonWith('torch');
const { distributed } = torch;
afterEach(() => distributed.destroyProcessGroup());

if (python === undefined) console.warn('Skipped: no Python with torch is at hand');

(python === undefined ? test.skip : test)(
  "a rank of PyTorch's own adds, broadcasts, gathers and sends the same tensors",
  async () => {
    const port = await freePort();
    const script = join(__dirname, 'python_rank.py');
    const peer = spawn(python ?? '', [script, '1', '2', `${port}`], {
      env: { ...process.env, GLOO_SOCKET_IFNAME: 'lo' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let stderr = '';
    peer.stdout.on('data', (chunk) => {
      said += String(chunk);
    });
    peer.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    const ended = once(peer, 'close');
    await distributed.initProcessGroupAsync({
      initMethod: `tcp://127.0.0.1:${port}`,
      rank: 0,
      worldSize: 2,
      checks: false,
      timeout: 60_000,
    });
    const total = await distributed.allReduceAsync(torch.tensor([0, 2]));
    const told = await distributed.broadcastAsync(torch.full([2], 5));
    const gathered = await distributed.allGatherAsync(torch.tensor([0], { dtype: 'int64' }));
    const sent = await distributed.recvAsync({ src: 1, tag: 3, shape: [1] });
    await distributed.barrierAsync();
    const own = [total.tolist(), told.tolist(), gathered.map((one) => Number(one.item()))];
    expect(own).toEqual([
      [1, 4],
      [5, 5],
      [0, 10],
    ]);
    expect(sent.tolist()).toEqual([7]);
    expect([await ended, stderr]).toEqual([[0, null], '']);
    expect(JSON.parse(said)).toEqual(own);
  },
  120_000,
);
