// Makes calls of a campaign, one after another: each is written to the log before it is made, so that
// whoever watches knows what a process died of.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { leaves, Tensor, torch } from '../../../../lib/torch';
import { OwnError } from './hostile';
import { randomOfCall } from './random';
import { selectTargets, type Target } from './targets';

const MEMORY_LIMIT = 2 ** 29;
const MOST_ELEMENTS = 10_000;
const RECORD = 120;

const string = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    seed: string,
    from: string,
    count: string,
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
const from = Number(values.from);
const count = Number(values.count);
const pools = selectTargets(values.areas?.split(',') ?? [], values.only);
const skipped = new Set(values.skip?.split(','));
const log = fs.openSync(values.log ?? '/dev/null', 'w');
const report = fs.openSync(values.report ?? '/dev/null', 'w');

// Relative paths among the arguments lead into a folder of this process.
process.chdir(values.folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-call-')));

const outcomes = { returned: 0, refused: 0, skipped: 0 };

function note(index: number, name: string): void {
  fs.writeSync(log, `${index} ${name}`.padEnd(RECORD).slice(0, RECORD), 0);
}

function write(record: object): void {
  fs.writeSync(report, `${JSON.stringify(record)}\n`);
}

/** Reads what came back, and differentiates it: a result may be wrong in a way that shows only then. */
function use(result: unknown): void {
  for (const tensor of leaves(result).slice(0, 4)) {
    if (tensor.isDisposed || tensor.device !== 'cpu' || tensor.layout !== 'strided') continue;
    const places = tensor.shape.reduce((all, size) => all * Math.max(1, size), 1);
    if (places <= MOST_ELEMENTS) tensor.detach().tolist();
    if (tensor.requiresGrad) tensor.sum().backward();
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
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 100 ? value.length : value.map(shown);
  if (!(value instanceof Tensor)) return value;
  if (value.isDisposed) return 'a disposed tensor';
  const { dtype, shape, strides, layout, device, requiresGrad } = value;
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

// What an argument itself throws is the caller's: by a getter, or since it is a proxy that was revoked.
function isTyped(error: unknown): boolean {
  if (error instanceof OwnError || /proxy that has been revoked/.test(String(error))) return true;
  return typeof Object(error).code === 'string';
}

function judge(error: unknown, index: number, name: string): void {
  if (values.show) console.log(error);
  if (isTyped(error)) {
    outcomes.refused++;
    return;
  }
  const { message, stack } = Object(error);
  write({ untyped: { index, name, message: String(message ?? error), stack: String(stack) } });
}

async function main(): Promise<void> {
  for (let index = from; index < from + count; index++) {
    const choice = randomOfCall(seed, index);
    const target = choice.pick(choice.pick(pools));
    if (skipped.has(target.name)) {
      outcomes.skipped++;
      continue;
    }
    note(index, target.name);
    restore();
    let pending: Promise<void> | undefined;
    try {
      torch.scope(() => {
        pending = call(target, index);
      });
      await pending;
      outcomes.returned++;
    } catch (error) {
      judge(error, index, target.name);
    }
    if (index % 64 === 0) await new Promise(setImmediate);
  }
  write({ done: outcomes });
}

if (pools.length === 0) throw new Error('Expected the name of a function for --only');
void main();
