import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OptionsOf, oneOf, readOptions, required } from '../../../check';
import { onFile } from '../../../files/checked-file';
import { DATA_FOLDER } from '../../../shipped-files';
import { markedText } from './marked-text';
import type { TaggedTokens } from './tagged-tokens';

/** What the texts are about, each with entities of types of its own. */
export const ENTITY_DOMAINS = ['travel', 'music', 'shop'] as const;

export type EntityDomain = (typeof ENTITY_DOMAINS)[number];

const OPTIONS = {
  /**
   * `travel` has the types `city`, `airline` and `time`; `music` has `artist`, `song` and `venue`; `shop` has
   * `product`, `brand` and `price`.
   */
  domain: required<EntityDomain>(oneOf(...ENTITY_DOMAINS)),
};

/** The root of the package, as far from the sources as from what is compiled of them. */
/**
 * 30 short sentences with their entities, written for this project: `data/entities/DATASHEET.md`.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for another domain; TorchError `ERR_TORCH_FILE` if the file is
 *   missing or damaged
 */
export function loadEntityTexts(options: OptionsOf<typeof OPTIONS>): TaggedTokens[] {
  const { domain } = readOptions(OPTIONS, options, 'loadEntityTexts');
  const path = join(DATA_FOLDER, 'entities', `${domain}.txt`);
  return onFile(path, 'a sentence a line, its entities marked as [words](type)', () =>
    readFileSync(path, 'utf8').trim().split('\n').map(markedText),
  );
}
