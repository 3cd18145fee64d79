import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const CONFIGS = join(__dirname, '..', '..', 'fixtures', 'configs');

/** The texts that the configs are about. */
export const TEXTS_FILE = join(CONFIGS, 'texts.csv');

/** The file of each learner's config, by the learner's name. */
export const LEARNER_CONFIGS: ReadonlyMap<string, string> = new Map(
  readdirSync(CONFIGS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => [basename(file, '.yaml'), join(CONFIGS, file)]),
);

/** That of one. */
export function configFile(learner: string): string {
  const file = LEARNER_CONFIGS.get(learner);
  if (file === undefined) throw new Error(`Expected a config of ${learner} in ${CONFIGS}`);
  return file;
}
