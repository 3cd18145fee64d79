import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Check,
  flag,
  listOf,
  nullable,
  optional,
  positiveInteger,
  recordOf,
  required,
  someProperties,
  string,
  withDefault,
} from '../../../check';
import { parseFileContent, readJsonFile, refuseFile } from '../../../files/checked-file';
import type { TextPooling } from '../../../nn';
import {
  denseCheck,
  denseOf,
  layerNormCheck,
  ofTextsCheck,
  poolingCheck,
  poolingsOf,
  type StoredProjection,
} from './module-configs';

/** What a folder says of the way from tokens' vectors to a text's. */
export type SentenceModules = {
  readonly folder: string;
  /** The folder of the Transformer itself, in `folder` or the same. */
  readonly transformer: string;
  readonly pooling: readonly TextPooling[];
  /** Layers after pooling, each in a folder of its own. */
  readonly projections: readonly StoredProjection[];
  readonly normalize: boolean;
  /** The most tokens that the folder asks for. */
  readonly maxLength: number | undefined;
  /** What is put before every text; empty for most models. */
  readonly prompt: string;
  /** True if texts are made lower-case before the tokenizer sees them. */
  readonly lowerCase: boolean;
  /** The files that were read. */
  readonly files: readonly string[];
};

const MODULES_FILE = 'modules.json';
/** Written by versions of sentence-transformers, by the class of their model. */
const SENTENCE_FILES = [
  'sentence_bert_config.json',
  'sentence_roberta_config.json',
  'sentence_distilbert_config.json',
  'sentence_camembert_config.json',
  'sentence_xlm-roberta_config.json',
  'sentence_mpnet_config.json',
];

/** Names of prompts, and which of them every text has. */
const PROMPTS_FILE = 'config_sentence_transformers.json';

/** Where the classes of modules come from; others are code that a folder brings. */
const PACKAGE = 'sentence_transformers.';

const modulesCheck = listOf(someProperties({ path: required(string), type: required(string) }));
const sentenceCheck = someProperties({
  max_seq_length: optional(nullable(positiveInteger)),
  do_lower_case: withDefault(flag, false),
});
const promptsCheck = someProperties({
  prompts: optional(nullable(recordOf(nullable(string)))),
  default_prompt_name: optional(nullable(string)),
});
/**
 * Reads `modules.json` and what it names. A folder without it is a bare model, of which
 * sentence-transformers takes the mean of the tokens, and so does this.
 *
 * @throws TorchError `ERR_TORCH_FILE` for modules and poolings that are not supported
 */
export function readSentenceModules(folder: string): SentenceModules {
  const path = join(folder, MODULES_FILE);
  const reading = new ModuleReader(folder);
  if (!existsSync(path)) return reading.result();
  const modules = reading.json(MODULES_FILE, modulesCheck, 'a list of modules');
  for (const [i, { type, path: own }] of modules.entries()) {
    // Its class without the package, which changed from version to version.
    const kind = type.split('.').at(-1) ?? type;
    if ((kind === 'Transformer') !== (i === 0)) {
      throw refuseFile(path, 'a Transformer first, and once', `${type} as module ${i}`);
    }
    if (!type.startsWith(PACKAGE)) {
      throw refuseFile(
        path,
        `classes of ${PACKAGE.slice(0, -1)}, not of a program of its own`,
        type,
      );
    }
    reading.read(kind, own, path);
  }
  reading.requirePooling(path);
  return reading.result();
}

/** Those that may follow the Transformer; Dropout does nothing where nothing is trained. */
const MODULES: readonly string[] = ['Pooling', 'Dense', 'LayerNorm', 'Dropout', 'Normalize'];

class ModuleReader {
  readonly #folder: string;
  readonly #files: string[] = [];
  readonly #projections: StoredProjection[] = [];
  #transformer: string;
  #pooling: readonly TextPooling[] | undefined;
  #normalize = false;
  readonly #prompt: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#transformer = folder;
    this.#prompt = this.#readPrompt();
  }

  read(kind: string, own: string, modules: string): void {
    if (own.split(/[\\/]/).includes('..')) {
      throw refuseFile(modules, 'paths in the folder', JSON.stringify(own));
    }
    if (kind === 'Transformer') this.#transformer = join(this.#folder, own);
    else if (!MODULES.includes(kind)) {
      throw refuseFile(modules, `modules Transformer, ${MODULES.join(', ')}`, kind);
    }
    if (this.#normalize && !['Normalize', 'Dropout'].includes(kind)) {
      throw refuseFile(modules, 'Normalize as the last module', `${kind} after Normalize`);
    }
    if (kind === 'Pooling') {
      if (this.#pooling !== undefined) throw refuseFile(modules, 'one Pooling', 'two');
      this.#pooling = this.#readPooling(own);
    } else if (kind !== 'Transformer' && this.#pooling === undefined) {
      throw refuseFile(modules, 'Pooling after the Transformer', kind);
    }
    if (kind === 'Normalize') {
      this.#normalize = true;
      this.#requireOfTexts(own);
    }
    if (kind === 'Dense' || kind === 'LayerNorm') this.#readProjection(kind, own);
  }

  /** Refuses modules that make no vector of a text. */
  requirePooling(modules: string): void {
    if (this.#pooling === undefined) {
      throw refuseFile(modules, 'Pooling after the Transformer', 'no Pooling');
    }
  }

  #readPrompt(): string {
    const path = join(this.#folder, PROMPTS_FILE);
    if (!existsSync(path)) return '';
    const what = 'the prompts of a sentence-transformers model';
    const { prompts, default_prompt_name: name } = parseFileContent(
      path,
      promptsCheck,
      readJsonFile(path, what),
      what,
    );
    if (name == null) return '';
    const prompt = Object.entries(prompts ?? {}).find(([own]) => own === name)?.[1];
    if (prompt == null) {
      const names = Object.keys(prompts ?? {}).join(', ') || 'none';
      throw refuseFile(
        path,
        `prompts.${name}, as default_prompt_name says`,
        `the prompts ${names}`,
      );
    }
    if (prompt !== '') this.#files.push(path);
    return prompt;
  }

  #readPooling(own: string): readonly TextPooling[] {
    const file = join(own, 'config.json');
    const config = this.json(file, poolingCheck, 'the config of a pooling');
    if (this.#prompt !== '' && config.include_prompt === false) {
      const expected = 'a prompt that is pooled with the text, by include_prompt';
      throw refuseFile(join(this.#folder, file), expected, 'false');
    }
    return poolingsOf(join(this.#folder, file), config);
  }

  #readProjection(kind: 'Dense' | 'LayerNorm', own: string): void {
    const file = join(own, 'config.json');
    const path = join(this.#folder, file);
    if (kind === 'LayerNorm') this.json(file, layerNormCheck, 'the config of a normalisation');
    const layer =
      kind === 'LayerNorm'
        ? 'layer-norm'
        : denseOf(path, this.json(file, denseCheck, 'the config of a linear layer'));
    this.#files.push(join(this.#folder, own, 'model.safetensors'));
    this.#projections.push({ path: own, layer });
  }

  /** Normalize has a file only where it may be of tokens. */
  #requireOfTexts(own: string): void {
    const file = join(own, 'config.json');
    if (own !== '' && existsSync(join(this.#folder, file))) {
      this.json(file, ofTextsCheck, 'the config of a normalisation of texts');
    }
  }

  json<T>(file: string, check: Check<T>, what: string): T {
    const path = join(this.#folder, file);
    const value = parseFileContent(path, check, readJsonFile(path, what), what);
    this.#files.push(path);
    return value;
  }

  result(): SentenceModules {
    const transformer = this.#transformer;
    const file = SENTENCE_FILES.map((name) => join(transformer, name)).find((path) =>
      existsSync(path),
    );
    const what = 'the config of a sentence-transformers model';
    const asked = file === undefined ? {} : readJsonFile(file, what);
    const sentence = parseFileContent(file ?? transformer, sentenceCheck, asked, what);
    return {
      folder: this.#folder,
      transformer,
      pooling: this.#pooling ?? ['mean'],
      projections: this.#projections,
      normalize: this.#normalize,
      maxLength: sentence.max_seq_length ?? undefined,
      prompt: this.#prompt,
      lowerCase: sentence.do_lower_case,
      files: file === undefined ? this.#files : [...this.#files, file],
    };
  }
}
