const SPLITS = ['train', 'dev', 'valid', 'validation', 'val', 'test'];

/** Whether a file or folder of that name holds a split, for example `train` or `20news-bydate-test`. */
export function isSplitName(name: string): boolean {
  return SPLITS.some((split) => name === split || name.endsWith(`-${split}`));
}

/** The split that a file is named after: `train` for `train.csv.gz`; undefined for other names. */
export function splitOfFile(name: string): string | undefined {
  const [stem = ''] = name.split('.', 1);
  return SPLITS.includes(stem) && stem !== name ? stem : undefined;
}

/** The language and the split that a file is named after: `de-st` and `test` for `de-st.test.conll`. */
export function languageOfFile(name: string): { language: string; split: string } | undefined {
  const [language = '', split = '', ...rest] = name.split('.');
  const fits = language !== '' && SPLITS.includes(split) && rest.length > 0;
  return fits ? { language, split } : undefined;
}
