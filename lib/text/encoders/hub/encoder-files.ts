import type { Digest } from '../../../download/file-download';
import { TorchError } from '../../../errors';

/** A file of a repository, as its list of files tells. */
export type HubFile = {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** What its content must be: sha256 of large files, the hash that git gives to others. */
  readonly digest: Digest;
};

const CONFIG = 'config.json';
const TOKENIZER = 'tokenizer.json';
const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const SMALL = [
  CONFIG,
  TOKENIZER,
  'tokenizer_config.json',
  'special_tokens_map.json',
  'modules.json',
  'config_sentence_transformers.json',
];
/** `sentence_bert_config.json` and its relatives. */
const SENTENCE = /^sentence_[\w-]+_config\.json$/;
const SHARD = /^model-\d+-of-\d+\.safetensors$/;
// What sentence-transformers puts after the model: `1_Pooling`, `2_Dense`.
const MODULE = /^\d+_\w+\/(?:config\.json|model\.safetensors)$/;
const PICKLED = /\.(?:bin|pt|pth|ckpt)$/;

/**
 * Those files of a repository that an encoder is loaded from.
 *
 * @throws TorchError `ERR_TORCH_DOWNLOAD` if it is not an encoder that can be loaded here, or a name could
 *   lead out of its folder
 */
export function encoderFiles(all: readonly HubFile[], name: string): HubFile[] {
  for (const { path } of all) requireSafePath(path, name);
  const has = (path: string) => all.some((file) => file.path === path);
  requireEncoder(all, name, has);
  const isSharded = !has(WEIGHTS);
  return all.filter(({ path }) => {
    if (SMALL.includes(path) || SENTENCE.test(path)) return true;
    if (path === WEIGHTS || MODULE.test(path)) return true;
    return isSharded && (path === INDEX || SHARD.test(path));
  });
}

function requireEncoder(
  all: readonly HubFile[],
  name: string,
  has: (path: string) => boolean,
): void {
  const found = `Expected an encoder of texts in safetensors files but ${name}`;
  if (!has(CONFIG)) throw refuse(`${found} has no ${CONFIG}`);
  if (!has(WEIGHTS) && !has(INDEX)) {
    const pickled = all.find(({ path }) => PICKLED.test(path));
    const instead =
      pickled === undefined
        ? ''
        : `, only ${pickled.path}. Loading pickle executes code that the file contains, so it is never read; save the model with safe_serialization=True`;
    throw refuse(`${found} has no ${WEIGHTS}${instead}`);
  }
  if (!has(TOKENIZER)) {
    throw refuse(`${found} has no ${TOKENIZER}; AutoTokenizer.save_pretrained writes it`);
  }
}

/** Names come from a server: none may lead out of the folder, on any system. */
function requireSafePath(path: string, name: string): void {
  const segments = path.split('/');
  const escapes = segments.some((segment) => ['', '.', '..'].includes(segment));
  if (!escapes && !/[\\\0:]/.test(path)) return;
  throw refuse(
    `Expected names of files below a folder but ${name} has one named ${JSON.stringify(path)}`,
  );
}

function refuse(message: string): TorchError {
  return new TorchError('ERR_TORCH_DOWNLOAD', message);
}
