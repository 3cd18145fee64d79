// Makes calls of a campaign, one after another: each is written to the log before it is made, so that
// whoever watches knows what a process died of.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { leaves, Tensor, torch } from '../../../../lib/torch';
import { OwnError } from './hostile';
import { randomOfCall } from './random';
import { closeShared, openShared } from './recipes/shared-encoders';
import { selectTargets, type Target } from './targets';

const MEMORY_LIMIT = 2 ** 29;
const MOST_ELEMENTS = 10_000;
// A view may have more elements than any memory: the sum of 2⁴⁸ is the caller's own work.
const MOST_SUMMED = 2 ** 30;
const RECORD = 120;
/** Areas whose arguments are encoders that all calls share. */
const WITH_ENCODERS = new Set(['text', 'datasets', 'tasks', 'serve', 'train']);

const string = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    seed: string,
    calls: string,
    areas: string,
    only: string,
    skip: string,
    log: string,
    report: string,
    folder: string,
    show: { type: 'boolean' },
  },
});
const seed = Number(values.seed);
const calls = (values.calls ?? '').split(',').map(Number);
const pools = selectTargets(values.areas?.split(',') ?? [], values.only);
const skipped = new Set(values.skip?.split(','));
const log = fs.openSync(values.log ?? '/dev/null', 'w');
const report = fs.openSync(values.report ?? '/dev/null', 'w');

// Relative paths among the arguments lead into a folder of this process.
process.chdir(values.folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-call-')));

function note(index: number, { area, name }: Target): void {
  fs.writeSync(log, `${index} ${area} ${name}`.padEnd(RECORD).slice(0, RECORD), 0);
}

function write(record: object): void {
  fs.writeSync(report, `${JSON.stringify(record)}\n`);
}

/** Reads what came back, and differentiates it: a result may be wrong in a way that shows only then. */
function use(result: unknown): void {
  for (const tensor of leaves(result).slice(0, 4)) {
    if (tensor.isDisposed || tensor.device !== 'cpu' || tensor.layout !== 'strided') continue;
    const places = tensor.shape.reduce((all, size) => all * Math.max(1, Number(size)), 1);
    if (places <= MOST_ELEMENTS) tensor.detach().tolist();
    if (tensor.requiresGrad && places <= MOST_SUMMED) tensor.sum().backward();
  }
}

/** What one call may have changed for all. */
function restore(): void {
  torch.setMemoryLimit(MEMORY_LIMIT);
  torch.setNumThreads(1);
  torch.useDeterministicAlgorithms(false);
  torch.setFloat32MatmulPrecision('highest');
}

/** Tensors as what they are, not as their elements. */
function shown(value: unknown, level = 0): unknown {
  if (level > 20) return '…';
  if (Array.isArray(value)) {
    return value.length > 100 ? value.length : value.map((item) => shown(item, level + 1));
  }
  if (!(value instanceof Tensor)) return value;
  if (value.isDisposed) return 'a disposed tensor';
  const { dtype, shape, layout, device, requiresGrad } = value;
  const strides = layout === 'strided' ? value.strides : [];
  const few = device === 'cpu' && layout === 'strided' && value.numel() <= 12;
  const elements = few ? inspect(value.detach().tolist(), { depth: 9, breakLength: Infinity }) : '';
  return `${dtype} [${shape}]/[${strides}] ${layout} ${device} ${requiresGrad ? 'grad' : ''} ${elements}`;
}

function show(name: string, args: unknown): void {
  console.log(name, inspect(shown(args), { depth: 5 }));
}

async function call(target: Target, index: number): Promise<void> {
  const random = randomOfCall(seed ^ 0x5bd1e995, index);
  const { run, args } = target.prepare(random);
  if (values.show) show(target.name, args);
  const result = run();
  if (result instanceof Promise) use(await result);
  else use(result);
}

// What an argument itself throws is the caller's: by a getter, as a proxy that was revoked, as a class
// that is called, or in a function that is given what it does not expect.
function isOwn(error: unknown): boolean {
  const { message, stack } = Object(error);
  const place =
    String(stack)
      .split('\n')
      .find((line) => /^ +at /.test(line)) ?? '';
  return (
    error instanceof OwnError ||
    // The reason of a signal, which is the caller's as well.
    (error instanceof DOMException && /^(Abort|Timeout)Error$/.test(error.name)) ||
    /proxy that has been revoked|Class constructor Empty/.test(String(message)) ||
    place.includes(__dirname)
  );
}

function isTyped(error: unknown): boolean {
  return isOwn(error) || typeof Object(error).code === 'string';
}

/** What is to be reported of a call that threw. */
function judged(error: unknown): object {
  if (values.show) console.log(error);
  if (isTyped(error)) return { outcome: 'refused' };
  const { message, stack } = Object(error);
  return { outcome: 'untyped', message: String(message ?? error), stack: String(stack) };
}

async function outcomeOf(target: Target, index: number): Promise<object> {
  if (skipped.has(target.name)) return { outcome: 'skipped' };
  note(index, target);
  restore();
  let pending: Promise<void> | undefined;
  try {
    torch.scope(() => {
      pending = call(target, index);
    });
    await pending;
    return { outcome: 'returned' };
  } catch (error) {
    return judged(error);
  }
}

async function main(): Promise<void> {
  const needsEncoders = pools.flat().some(({ area }) => WITH_ENCODERS.has(area));
  if (needsEncoders) await openShared();
  for (const index of calls) {
    const choice = randomOfCall(seed, index);
    const target = choice.pick(choice.pick(pools));
    const { area, name } = target;
    write({ index, area, name, ...(await outcomeOf(target, index)) });
    if (index % 64 === 0) await new Promise(setImmediate);
  }
  await closeShared();
  write({ done: true });
}

if (pools.length === 0) throw new Error('Expected the name of a function for --only');
void main();
