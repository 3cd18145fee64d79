// Trains each learner for some steps through its config file, saves it, and reads every tensor by Python's safetensors
// library: names, types, shapes and numbers must be those that the model has. So too a model in 8 bits, and a
// checkpoint of a run. Skips, saying so, where Python has no safetensors.
//
//     METATORCH_PYTHON=python3 npm run saved-models -- [--steps 3] [--json]
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { flattenTree, readSafetensors, type Tensor, type Tree, torch } from '../../lib/torch';
import { compress, fit, saveModel } from '../../lib/train';
import { MODEL_FILE } from '../../lib/train/checkpoint';
import { configFrom, flagSource, readConfigFile } from '../../lib/train/runs/config-file';
import { fitConfig } from '../../lib/train/runs/fit';
import type { MetaModel } from '../../lib/train/runs/model';
import { findPythonWith, runPython } from '../helpers/files/numpy';
import { LEARNER_CONFIGS, TEXTS_FILE } from '../helpers/learners/configs';

const SCRIPT = join(__dirname, 'support', 'read_saved_models.py');

type Saved = {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: unknown;
};
/** A file, and what must be in it. */
type Case = {
  readonly name: string;
  readonly path: string;
  readonly tensors: Record<string, Saved>;
};

function savedOf({ dtype, shape }: Tensor, values: unknown): Saved {
  return { dtype, shape: [...shape], values };
}

function described(tree: Tree): Record<string, Saved> {
  return torch.scope(() =>
    Object.fromEntries(
      Object.entries(flattenTree(tree)).map(([name, own]) => [
        name,
        savedOf(own, plain(own.reshape([-1]).tolist())),
      ]),
    ),
  );
}

/** Numbers as JSON has them; what is not finite is a word. */
function plain(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  return values.map((one) => {
    if (typeof one === 'bigint') return Number(one);
    return typeof one === 'boolean' || Number.isFinite(one) ? one : String(one);
  });
}

function save(root: string, name: string, model: MetaModel): Case {
  const folder = join(root, name);
  mkdirSync(folder);
  saveModel(folder, model);
  const { params, encoder } = model;
  const tree =
    encoder.weights === undefined ? params : { learner: params, encoder: encoder.weights };
  return { name, path: join(folder, MODEL_FILE), tensors: described(tree) };
}

/** A model of each learner, by the config files of the tests. */
async function learners(root: string, steps: number): Promise<Case[]> {
  const cases: Case[] = [];
  for (const [name, file] of LEARNER_CONFIGS) {
    const config = configFrom([readConfigFile(file), flagSource({ steps })]);
    const { model } = await fitConfig(undefined, config, {});
    cases.push(save(root, name, model));
    model.dispose();
  }
  return cases;
}

/** A model in 8 bits, and the checkpoint of the run that it is from. */
async function others(root: string, steps: number): Promise<Case[]> {
  const out = join(root, 'run');
  mkdirSync(out);
  const { model } = await fit(undefined, {
    data: TEXTS_FILE,
    splits: { kind: 'shares', train: 0.5, validation: 0.25, test: 0.25 },
    episodes: { ways: 3, shots: 2, queries: 2, tasks: 2 },
    encoder: { kind: 'transformer', dimensions: 16 },
    learner: 'prototypical',
    steps,
    evaluation: { validation: 4, test: 4, shots: 2 },
    checkpoints: { every: steps },
    out,
  });
  const narrow = await compress(model, { int8: true });
  const saved = save(root, 'int8', narrow);
  for (const one of [model, narrow]) one.dispose();
  const [file = ''] = readdirSync(join(out, 'checkpoints')).filter((name) =>
    name.endsWith('.safetensors'),
  );
  const path = join(out, 'checkpoints', file);
  const tensors = torch.scope(() => described(readSafetensors(path).tensors));
  return [saved, { name: 'checkpoint', path, tensors }];
}

/** What Python reads otherwise. */
function faultsOf({ name, tensors }: Case, found: Record<string, Saved>): string[] {
  const names = new Set([...Object.keys(tensors), ...Object.keys(found)]);
  return [...names].flatMap((key) => {
    const [ours, theirs] = [tensors[key], found[key]];
    return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [`${name}: ${key} differs`];
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { steps: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
  });
  const python = findPythonWith('safetensors');
  if (python === undefined) {
    console.log('Skipped: there is no Python with safetensors; METATORCH_PYTHON names one');
    return;
  }
  const root = mkdtempSync(join(tmpdir(), 'metatorch-models-'));
  try {
    const steps = Number(values.steps);
    const cases = [...(await learners(root, steps)), ...(await others(root, steps))];
    const lines = runPython(
      python,
      readFileSync(SCRIPT, 'utf8'),
      cases.map(({ path }) => path),
    );
    const read: Record<string, Saved>[] = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const rows = cases.map((one, i) => ({
      case: one.name,
      tensors: Object.keys(one.tensors).length,
      faults: faultsOf(one, read[i] ?? {}).length,
    }));
    const faults = cases.flatMap((one, i) => faultsOf(one, read[i] ?? {}));
    for (const fault of faults) console.log(fault);
    const count = rows.reduce((sum, { tensors }) => sum + tensors, 0);
    console.log(
      `${rows.length} files, ${count} tensors, ${faults.length} that Python reads otherwise`,
    );
    if (values.json) console.log(JSON.stringify({ benchmark: 'saved-models', rows }));
    if (faults.length > 0 || count === 0) process.exitCode = 1;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

void main();
