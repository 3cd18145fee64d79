import type { OptionsOf } from '../../../check';
import { readOptions, string } from '../../../check';
import { conllSentences, mentionsOf } from '../../datasets/readers/formats/conll';
import { READ_OPTIONS } from '../../datasets/readers/options';
import type { TaggedTokens } from './tagged-tokens';

const { maxRecordLength, encoding, signal } = READ_OPTIONS;
const OPTIONS = { maxRecordLength, encoding, signal };

export type ReadEntitiesOptions = OptionsOf<typeof OPTIONS>;

/**
 * The sentences of a CoNLL file with the entities that its tags in BIO mark: a token a line, its tag in the last
 * column, an empty line after each sentence.
 *
 * @throws DataFileError (`ERR_TORCH_FILE`) with the line where the file is not that; ArgumentTypeError for a
 *   wrong argument
 */
export async function readEntities(
  path: string,
  options: ReadEntitiesOptions = {},
): Promise<TaggedTokens[]> {
  const settings = readOptions(OPTIONS, options, 'readEntities');
  const sentences: TaggedTokens[] = [];
  for await (const { tokens, tags } of conllSentences(
    string(path, 'path', 'readEntities'),
    settings,
  )) {
    sentences.push({ tokens, entities: mentionsOf(tags) });
  }
  return sentences;
}
