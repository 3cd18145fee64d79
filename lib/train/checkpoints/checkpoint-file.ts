import { createHash } from 'node:crypto';
import {
  anything,
  jsonObject,
  literal,
  matching,
  optional,
  required,
  someProperties,
  stepCount,
  string,
} from '../../check';
import { onFile, parseFileContent, refuseFile } from '../../files/checked-file';
import { disposeTree, flattenTree, isTensor, type Tensor, type Tree, torch } from '../../torch';
import { replaceFile } from '../../torch/files/replace-file';
import { readSafetensors, safetensorsChunks } from '../../torch/files/safetensors';
import { History } from '../history';
import { requireSeal, sealed } from '../seal';
import { rebuild, structureOf } from '../tree-structure';
import { layoutsCheck } from './layouts';
import { randomTensors, seedsCheck, statesOf } from './random-states';
import type { RunCheckpoint } from './run-checkpoint';

// One file of safetensors for a step, so that it appears whole or not at all. Its notes have the format and its
// version, and under `run` everything that is not a tensor, as sealed JSON with the digest of the tensors.

const FORMAT = 'metatorch-run';
const VERSION = '1';

const notesCheck = someProperties({
  format: required(literal(FORMAT)),
  version: required(literal(VERSION)),
  run: required(string),
});

const runCheck = someProperties({
  step: required(stepCount),
  best: optional(stepCount),
  seeds: required(seedsCheck),
  callbacks: required(jsonObject),
  fingerprint: optional(string),
  circumstances: required(jsonObject),
  layouts: required(layoutsCheck),
  structure: required(anything),
  sha256: required(matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits')),
});

/**
 * Writes a checkpoint: under a temporary name, synced, and renamed. The same checkpoint gives the same bytes.
 *
 * @throws TorchError `ERR_TORCH_FILE` if it cannot be written
 */
export function writeRunCheckpoint(path: string, checkpoint: RunCheckpoint): void {
  const { params, optimizer, best, history, random, ...rest } = checkpoint;
  torch.scope(() => {
    const { tensors: states, seeds } = randomTensors(random);
    const tree = {
      params,
      optimizer,
      ...(best && { best: best.params }),
      history: history.tensors(),
      random: states,
    };
    const tensors = flattenTree(tree);
    const sha256 = digestOf(tensors);
    const run = sealed({
      ...rest,
      ...(best && { best: best.step }),
      seeds,
      structure: structureOf(tree),
      sha256,
    });
    const notes = { format: FORMAT, version: VERSION, run: JSON.stringify(run) };
    replaceFile(path, safetensorsChunks(tensors, notes));
  });
}

/**
 * Reads what `writeRunCheckpoint` wrote; its tensors are on the CPU and contiguous.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file cannot be read, is damaged, or is of another kind
 */
export function readRunCheckpoint(path: string): RunCheckpoint {
  return torch.scope(() => {
    const { tensors, metadata } = readSafetensors(path);
    const expected = `a run's checkpoint, format '${FORMAT}' of version ${VERSION}`;
    const notes = parseFileContent(path, notesCheck, metadata, expected);
    const json = onFile(path, 'JSON in its notes', () => JSON.parse(notes.run) as unknown);
    requireSeal(path, json);
    const said = parseFileContent(path, runCheck, json, 'the description of a run');
    const digest = digestOf(tensors);
    if (digest !== said.sha256) {
      throw refuseFile(path, `tensors of the sha256 ${said.sha256}`, digest);
    }
    const tree = rebuild(said.structure, tensors, (wanted, found) =>
      refuseFile(path, wanted, found),
    );
    return assemble(path, said, tree);
  });
}

function assemble(path: string, said: ReturnType<typeof runCheck>, tree: Tree): RunCheckpoint {
  const { step, best, seeds, structure: _, sha256: __, ...rest } = said;
  const { params, optimizer, ...parts }: Readonly<Record<string, Tree | undefined>> = isTensor(tree)
    ? {}
    : Object(tree);
  const history = History.of(Object(parts.history), step);
  const random = statesOf(parts.random, seeds);
  if (!params || !optimizer || !history || !random || !parts.best !== (best === undefined)) {
    throw refuseFile(path, 'the parts of a run', Object.keys(Object(tree)).join(', ') || 'none');
  }
  if (best !== undefined && history.evaluationAt(best) === undefined) {
    throw refuseFile(path, `an evaluation of step ${best}, the best,`, 'none');
  }
  disposeTree([parts.history, parts.random]);
  return {
    ...rest,
    step,
    params,
    optimizer,
    ...(parts.best && best !== undefined && { best: { params: parts.best, step: best } }),
    history,
    random,
  };
}

/** The sha256 of tensors' names, dtypes, shapes and elements. */
function digestOf(tensors: Readonly<Record<string, Tensor>>): string {
  const digest = createHash('sha256');
  for (const chunk of safetensorsChunks(tensors)) digest.update(chunk);
  return digest.digest('hex');
}
