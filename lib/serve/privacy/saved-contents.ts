import { join, resolve } from 'node:path';
import { listOf, looseObject, required } from '../../check';
import { parseFileContent, readJsonFile } from '../../files/checked-file';
import { readSafetensors, torch } from '../../torch';
import { CONFIG_FILE } from '../../train/checkpoint';
import { exampleCheck } from '../examples/read-examples';
import { folderName } from '../folders';
import { readEncoderOf } from '../saved-classifier';

/** What of the examples is in a saved classifier. */
export type SavedContents = {
  /** Texts that stand in it word for word, and their characters. */
  readonly texts: number;
  readonly characters: number;
  /** How many of them each owner has; those of nobody are `withoutOwner`. */
  readonly owners: Readonly<Record<string, number>>;
  readonly withoutOwner: number;
  /** The tensors, each of which is made from the examples. */
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    /** Whether it has a row for each example: one that is left out leaves a gap, and one that is known is found. */
    readonly perExample: boolean;
  }[];
};

const savedCheck = looseObject({
  config: required(looseObject({ rows: required(listOf(exampleCheck)) })),
});

/**
 * Says what of the examples is in a folder that `FewShotClassifier.save` wrote: whoever has the folder has all of it.
 *
 * @throws TorchError `ERR_TORCH_FILE` if there is no such classifier, or it is damaged
 */
export function savedContents(folder: string): SavedContents {
  const path = resolve(folderName(folder, 'folder', 'savedContents'));
  readEncoderOf(path);
  const file = join(path, CONFIG_FILE);
  const expected = 'a saved few-shot classifier';
  const { rows } = parseFileContent(
    file,
    savedCheck,
    readJsonFile(file, expected),
    expected,
  ).config;
  const owners = new Map<string, number>();
  for (const { owner } of rows) {
    if (owner !== undefined) owners.set(owner, (owners.get(owner) ?? 0) + 1);
  }
  const owned = [...owners.values()].reduce((sum, one) => sum + one, 0);
  return {
    texts: rows.length,
    characters: rows.reduce((sum, { text }) => sum + text.length, 0),
    owners: Object.fromEntries(owners),
    withoutOwner: rows.length - owned,
    tensors: tensorsOf(path, rows.length),
  };
}

function tensorsOf(path: string, examples: number): SavedContents['tensors'] {
  return torch.scope(() => {
    const { tensors } = readSafetensors(join(path, 'model.safetensors'));
    return Object.entries(tensors).map(([name, { shape }]) => ({
      name,
      shape: [...shape],
      perExample: shape[0] === examples,
    }));
  });
}
