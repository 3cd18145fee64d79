// What one small operator costs: from JavaScript, in a C++ loop through the same boxed dispatcher,
// and in Python's torch where that is importable. The three alternate, so that they share the noise.
import { spawnSync } from 'node:child_process';
import { loadNative } from '../lib/native';
import { torch } from '../lib/torch';
import { handleOf } from '../lib/torch/handle';
import { median, printTable, type Row } from './support/report';

const CALLS = 200_000;
const BLOCK = 200;
const ROUNDS = 9;

const native = loadNative();
const addition = native.overloads('aten::add').find(({ overload }) => overload === 'Tensor');
if (addition === undefined) throw new Error('libtorch has no add.Tensor');
const a = torch.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const recorded = torch.tensor([[1, 2, 3]], { requiresGrad: true });

function fromJavaScript(x: typeof a): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < CALLS; i += BLOCK) {
    torch.scope(() => {
      for (let k = 0; k < BLOCK; k++) x.add(x);
    });
  }
  return Number(process.hrtime.bigint() - start) / CALLS;
}

const PYTHON = `
import sys, time, torch
torch.set_num_threads(int(sys.argv[1]))
plain = torch.tensor([[1., 2., 3.], [4., 5., 6.]])
recorded = torch.tensor([[1., 2., 3.]], requires_grad=True)
for x in (plain, recorded):
    times = []
    for _ in range(${ROUNDS}):
        start = time.perf_counter()
        for _ in range(${CALLS}): x.add(x)
        times.append((time.perf_counter() - start) / ${CALLS} * 1e9)
    print(sorted(times)[len(times) // 2])
`;

function inPython(): [number, number] | undefined {
  const python = process.env.METATORCH_PYTHON ?? 'python3';
  const run = spawnSync(python, ['-c', PYTHON, String(torch.getNumThreads())], {
    encoding: 'utf8',
  });
  const [plain, withGradient] = run.stdout?.trim().split('\n').map(Number) ?? [];
  if (run.status !== 0 || plain === undefined || withGradient === undefined) return undefined;
  return [plain, withGradient];
}

function compare(name: string, x: typeof a, id: number): Row {
  const ours: number[] = [];
  const floor: number[] = [];
  const handle = handleOf(x);
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(fromJavaScript(x));
    floor.push(native.benchDispatch(id, handle, handle, CALLS));
  }
  return { case: name, ours: median(ours), peer: 'C++ boxed loop', theirs: median(floor) };
}

const MEGABYTE = 2 ** 18;
const COPIES = 300;

function microseconds(copy: () => void): number {
  const times = Array.from({ length: COPIES }, () => {
    const start = process.hrtime.bigint();
    copy();
    return Number(process.hrtime.bigint() - start);
  });
  return median(times);
}

/** 1 MB of float32 in and out, against copying the same bytes into memory of the same kind. */
function compareConversions(): Row[] {
  const source = Float32Array.from({ length: MEGABYTE }, (_, i) => i);
  const target = new Float32Array(MEGABYTE);
  const x = torch.tensor(source);
  const warm = { peer: 'memcpy', theirs: () => target.set(source) };
  const copyToNew = (): void => {
    const bytes = Buffer.allocUnsafeSlow(source.byteLength);
    new Float32Array(bytes.buffer, 0, MEGABYTE).set(source);
  };
  const pairs = [
    { case: 'tensor(1 MB)', ours: () => torch.tensor(source).dispose(), ...warm },
    { case: 'data(target), 1 MB', ours: () => x.data(target), ...warm },
    { case: 'data(), 1 MB', ours: () => x.data(), peer: 'memcpy to new', theirs: copyToNew },
  ];
  return pairs.map(({ case: name, ours, peer, theirs }) => {
    const rounds = Array.from({ length: ROUNDS }, () => [microseconds(ours), microseconds(theirs)]);
    const of = (k: number): number => median(rounds.map((round) => round[k] ?? Number.NaN));
    return { case: name, ours: of(0), peer, theirs: of(1) };
  });
}

fromJavaScript(a);
const rows = [
  compare('add 2x3', a, addition.id),
  compare('add 1x3, recorded', recorded, addition.id),
];
const python = inPython();
if (python === undefined) {
  console.log("Python's torch is not importable here; set METATORCH_PYTHON to compare with it.\n");
} else {
  for (const [i, theirs] of python.entries()) {
    const row = rows[i];
    if (row) rows.push({ ...row, peer: 'Python torch', theirs });
  }
}
printTable('dispatch', [...rows, ...compareConversions()], 'ns');
