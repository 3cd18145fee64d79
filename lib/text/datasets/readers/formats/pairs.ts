import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { refusalsOf } from '../data-file-error';
import type { ReadSettings } from '../options';
import { RowMaker, type TextRow } from '../row-fields';
import { textLines } from '../text-lines';

const TEXTS = 'seq.in';
const LABELS = 'label';

/** The path of a file in a folder, or of the same file packed; undefined if neither is there. */
function found(folder: string, name: string): string | undefined {
  return [name, `${name}.gz`].map((one) => join(folder, one)).find((path) => existsSync(path));
}

/** Whether a folder holds `seq.in` and `label`, one line for each text. */
export function hasPairs(folder: string): boolean {
  return found(folder, TEXTS) !== undefined && found(folder, LABELS) !== undefined;
}

/**
 * The rows of a folder with the files `seq.in`, which has a text in each line, and `label`, which has its label
 * in the same line, as ATIS and SNIPS are published (Chih-Wen Goo et al., "Slot-Gated Modeling for Joint Slot
 * Filling and Intent Prediction", NAACL 2018).
 */
export async function* pairRows(folder: string, settings: ReadSettings): AsyncGenerator<TextRow> {
  const [texts, labels] = [TEXTS, LABELS].map((name) => {
    const expected = `the files ${TEXTS} and ${LABELS}`;
    return found(folder, name) ?? refusalsOf(folder)({}, expected, `no ${name}`);
  }) as [string, string];
  const maker = new RowMaker(settings, refusalsOf(labels));
  const others = textLines(labels, settings.maxRecordLength, settings);
  try {
    for await (const { text, line } of textLines(texts, settings.maxRecordLength, settings)) {
      const label = await others.next();
      if (label.done === true) missing(labels, line, basename(texts));
      yield maker.row(text, label.value.text.trim(), undefined, { line });
    }
    const surplus = await others.next();
    if (surplus.done !== true) missing(texts, surplus.value.line, basename(labels));
  } finally {
    await others.return(undefined);
  }
}

function missing(path: string, line: number, other: string): never {
  return refusalsOf(path)({ line }, `as many lines as ${other} has`, 'the end of the file');
}
