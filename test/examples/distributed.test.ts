import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { freePort } from '../../lib/cli/runs/free-port';
import { findPythonWith } from '../helpers/files/numpy';
import { temporaryFolder, writeFiles } from '../helpers/folders';
import { TEXTS_FILE } from '../helpers/learners/configs';

const ROOT = join(__dirname, '..', '..');
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const EXAMPLES = join(ROOT, 'examples', 'distributed');
const TIMEOUT = 300_000;
const CONFIG = `data: ${TEXTS_FILE}
splits: { train: 0.5, validation: 0.25, test: 0.25 }
episodes: { ways: 3, shots: 2, queries: 2, tasks: 4 }
encoder: { kind: mean, dimensions: 8, dropout: 0 }
learner: prototypical
steps: 8
evaluation: { every: 4, validation: 4, test: 30, shots: 2 }
`;

const NPX = `#!/bin/sh
[ "$1" = metatorch ] || exit 64
shift
exec "${process.execPath}" "${MAIN}" "$@"
`;

// What Slurm does on one node: every task has its number.
const SRUN = `#!/bin/bash
for ((i = 0; i < SLURM_NTASKS; i++)); do
  SLURM_PROCID=$i SLURM_LOCALID=$i "$@" &
  tasks+=($!)
done
status=0
for task in "\${tasks[@]}"; do wait "$task" || status=$?; done
exit $status
`;

const SCONTROL = `#!/bin/sh
[ "$*" = "show hostnames $SLURM_JOB_NODELIST" ] || exit 64
echo localhost
`;

const folder = temporaryFolder();

type End = { status: number | null; stdout: string; stderr: string };

async function run(
  command: string,
  args: readonly string[],
  { env, cwd }: Pick<SpawnOptions, 'env' | 'cwd'>,
): Promise<End> {
  const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, stdout, stderr };
}

/** A folder to train in, with these programs before all others. */
function place(name: string, programs: Record<string, string>) {
  const cwd = join(folder(), name);
  mkdirSync(cwd);
  writeFiles(cwd, { 'run.yaml': CONFIG });
  writeFiles(join(cwd, 'bin'), { npx: NPX, ...programs }, 0o755);
  const path = `${join(cwd, 'bin')}:${process.env.PATH}`;
  return { cwd, env: { ...process.env, PATH: path, OMP_NUM_THREADS: '1' } };
}

async function listens(port: number): Promise<number | undefined> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' ? address?.port : undefined;
  } catch {
    return undefined;
  } finally {
    if (server.listening) await once(server.close(), 'close');
  }
}

/** What one process prints; it is made once for all tests. */
let ofOneProcess: Promise<string> | undefined;

async function expectAsOneProcess(ends: readonly End[]): Promise<void> {
  ofOneProcess ??= (async () => {
    const { cwd, env } = place('alone', {});
    const { stdout } = await run(process.execPath, [MAIN, 'train', 'run.yaml'], { cwd, env });
    return stdout;
  })();
  for (const { status, stderr } of ends) {
    if (status !== 0) throw new Error(stderr);
  }
  const expected = await ofOneProcess;
  expect(expected).toContain('Accuracy');
  expect(ends.map(({ stdout }) => stdout).join('')).toBe(expected);
}

const python = findPythonWith('torch');
if (python === undefined) console.warn('torchrun is skipped: no Python with torch is at hand');

(python === undefined ? test.skip : test)(
  'torchrun.sh trains in two processes what one would',
  async () => {
    const torchrun = `#!/bin/sh\nexec "${python}" -m torch.distributed.run "$@"\n`;
    const { cwd, env } = place('torchrun', { torchrun });
    const variables = { ...env, PET_MASTER_PORT: String(await freePort()) };
    const script = join(EXAMPLES, 'torchrun.sh');
    await expectAsOneProcess([await run('bash', [script], { cwd, env: variables })]);
  },
  TIMEOUT,
);

type Container = {
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
};

test(
  'the pods of pytorchjob.yaml train what one process would',
  async () => {
    const job = parse(readFileSync(join(EXAMPLES, 'pytorchjob.yaml'), 'utf8'));
    const { Master, Worker } = job.spec.pytorchReplicaSpecs;
    expect([job.apiVersion, job.kind, Master.replicas]).toEqual([
      'kubeflow.org/v1',
      'PyTorchJob',
      1,
    ]);
    expect(Worker.template).toEqual(Master.template);
    // The only container that the operator gives variables to.
    const [container]: Container[] = Master.template.spec.containers.filter(
      ({ name }: { name: string }) => name === 'pytorch',
    );
    if (container === undefined) throw new Error('Expected a container named pytorch');
    const [mount] = container.volumeMounts;
    const { cwd, env } = place('runs', {});
    const [command = '', ...args] = container.command.map((word) =>
      word.replace(`${mount?.mountPath}/`, `${cwd}/`),
    );
    const given = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    // Pods have this interface; here it may have another name.
    if (networkInterfaces()[given.GLOO_SOCKET_IFNAME ?? ''] === undefined) {
      given.GLOO_SOCKET_IFNAME = 'lo';
    }
    const port = String(await freePort());
    // As the training operator sets them; the first pod of some versions is its own localhost.
    const pods = [0, 1].map((rank) => ({
      ...env,
      ...given,
      MASTER_ADDR: rank === 0 ? 'localhost' : '127.0.0.1',
      MASTER_PORT: port,
      WORLD_SIZE: '2',
      RANK: `${rank}`,
      PET_NNODES: '2',
      PET_NODE_RANK: `${rank}`,
      PET_NPROC_PER_NODE: 'auto',
      PYTHONUNBUFFERED: '1',
    }));
    // The image's working folder is the root, in which the volume is.
    await expectAsOneProcess(
      await Promise.all(pods.map((pod) => run(command, args, { cwd: folder(), env: pod }))),
    );
  },
  TIMEOUT,
);

test(
  'slurm.sh trains in two tasks what one process would',
  async () => {
    const { cwd, env } = place('slurm', { srun: SRUN, scontrol: SCONTROL });
    let id = process.pid;
    while ((await listens(20_000 + (id % 20_000))) === undefined) id++;
    const variables = {
      ...env,
      SLURM_JOB_ID: `${id}`,
      SLURM_JOB_NODELIST: 'node[1-2]',
      SLURM_NTASKS: '2',
      SLURM_CPUS_PER_TASK: '1',
    };
    await expectAsOneProcess([
      await run('bash', [join(EXAMPLES, 'slurm.sh')], { cwd, env: variables }),
    ]);
  },
  TIMEOUT,
);
