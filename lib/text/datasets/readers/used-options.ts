import type { Refuse } from './data-file-error';
import type { DataFormat, ReadSettings } from './options';

/** Folders whose files have formats of their own, which are asked in their turn. */
const OF_FILES: readonly DataFormat[] = ['split-files', 'languages'];
const TABLES: readonly DataFormat[] = ['csv', 'tsv', ...OF_FILES];
const WITH_FIELDS: readonly DataFormat[] = [...TABLES, 'json', 'jsonl', 'parquet'];
const WITH_NUMBERS: readonly DataFormat[] = [...WITH_FIELDS, 'pairs'];

/** What a format must be for an option to mean something, in words and by name. */
type Use = { readonly expected: string; readonly formats: readonly DataFormat[] };

const FIELDS: Use = { expected: 'named columns or keys', formats: WITH_FIELDS };
const TABLE: Use = { expected: 'a CSV or TSV file', formats: TABLES };

const USES: Readonly<Partial<Record<keyof ReadSettings, Use>>> = {
  text: FIELDS,
  label: FIELDS,
  split: FIELDS,
  groups: FIELDS,
  labelNames: { expected: 'labels that may be numbers', formats: WITH_NUMBERS },
  columns: TABLE,
  delimiter: TABLE,
  quote: TABLE,
  markEntities: { expected: 'the format fewrel', formats: ['fewrel', ...OF_FILES] },
};

/** Values that are there also where nobody has given any. */
const DEFAULTS: readonly unknown[] = [undefined, '"', false];

/** Refuses options that would change nothing for files of a format; of none, for texts that are not read from files. */
export function requireUse(
  settings: Partial<ReadSettings>,
  format: DataFormat | undefined,
  refuse: Refuse,
): void {
  const found = format === undefined ? 'texts of its own' : `the format ${format}`;
  for (const [option, use] of Object.entries(USES)) {
    const isGiven = !DEFAULTS.includes(settings[option as keyof ReadSettings]);
    if (!isGiven || (format !== undefined && use.formats.includes(format))) continue;
    refuse({}, `${use.expected} (option ${option})`, found);
  }
}
