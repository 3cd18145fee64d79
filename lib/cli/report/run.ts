import { join } from 'node:path';
import { parse } from 'yaml';
import { TorchError } from '../../errors';
import { onFile, parseFileContent } from '../../files/checked-file';
import { readRegular } from '../../files/regular-file';
import { StagedFile } from '../../torch/files/replace-file';
import { type CardDetails, cardDetails, modelCard } from '../../train/report/card';
import { comparePredictions } from '../../train/report/comparison';
import { loadPredictions, readPredictions } from '../../train/report/predictions';
import {
  cardMarkdown,
  comparisonHtml,
  comparisonMarkdown,
  reportHtml,
  reportMarkdown,
} from '../../train/report/render';
import { report } from '../../train/report/report';
import type { Run } from '../../train/report/runs';
import { withFolder } from '../own-folder';
import { forUser } from '../user-error';
import { comparisonLines, reportLines } from './lines';

export type ReportCommandOptions = {
  readonly compare?: readonly string[];
  readonly out?: string;
  readonly html?: boolean;
  readonly card?: boolean;
  readonly about?: string;
  readonly json?: boolean;
  readonly texts: boolean;
  readonly resamples: number;
  readonly seed: number;
};

/** What is printed, and the files that are written by their names. */
type Made = {
  readonly value: object;
  readonly lines: readonly string[];
  readonly files: ReadonlyMap<string, string>;
};

/** Reports what predictions say; nothing is written unless all of it could be made. */
export async function runReport(
  paths: readonly string[],
  options: ReportCommandOptions,
): Promise<void> {
  requireFitting(options);
  requireOneInput([...paths, ...(options.compare ?? [])]);
  const runs = await loadRuns(paths);
  const others = options.compare === undefined ? undefined : await loadRuns(options.compare);
  const { value, lines, files } = await forUser(() =>
    others === undefined ? madeReport(runs, options) : madeComparison(runs, others, options),
  );
  const written = options.out === undefined ? [] : await writeAll(options.out, files);
  if (options.json) console.log(JSON.stringify(value, null, 2));
  else for (const line of lines) console.log(line);
  // Beside JSON on standard output, which is one object.
  for (const path of written) console[options.json ? 'error' : 'log'](path);
}

/** Refuses options that would say nothing, or go nowhere. */
function requireFitting({ out, html, card, about, compare }: ReportCommandOptions): void {
  const refuse = (message: string) => {
    throw new TorchError('ERR_TORCH_ARGUMENT', message);
  };
  if (out === undefined && html) refuse('--html writes a file: say where with --out <folder>');
  if (out === undefined && card) refuse('--card writes a file: say where with --out <folder>');
  if (card && compare) refuse('--card is of one model: leave --compare out');
  if (about !== undefined && !card) refuse('--about is for a model card: add --card');
}

/** Stands for standard input. */
const INPUT = '-';

function requireOneInput(paths: readonly string[]): void {
  if (paths.filter((path) => path === INPUT).length < 2) return;
  const message =
    'Expected standard input, -, once but received it twice: name files for the others';
  throw new TorchError('ERR_TORCH_ARGUMENT', message);
}

async function loadRuns(paths: readonly string[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const path of paths) {
    const name = path === INPUT ? 'standard input' : path;
    const { protocol, queries } = await forUser(() =>
      path === INPUT ? readPredictions(process.stdin, name) : loadPredictions(path),
    );
    runs.push({ name, protocol, queries });
  }
  return runs;
}

function madeReport(runs: readonly Run[], options: ReportCommandOptions): Made {
  const { texts, resamples, seed, html, card, about } = options;
  const details = about === undefined ? {} : readDetails(about);
  const made = report(runs, { texts, resamples, seed });
  const files = new Map([
    ['report.json', `${JSON.stringify(made, null, 2)}\n`],
    ['report.md', reportMarkdown(made)],
  ]);
  if (html) files.set('report.html', reportHtml(made));
  if (card) {
    const own = modelCard(made, details);
    files.set('model-card.json', `${JSON.stringify(own, null, 2)}\n`);
    files.set('model-card.md', cardMarkdown(own));
  }
  return { value: made, lines: reportLines(made), files };
}

function madeComparison(
  runs: readonly Run[],
  others: readonly Run[],
  { texts, resamples, seed, html }: ReportCommandOptions,
): Made {
  const made = comparePredictions(runs, others, { texts, resamples, seed });
  const files = new Map([
    ['comparison.json', `${JSON.stringify(made, null, 2)}\n`],
    ['comparison.md', comparisonMarkdown(made)],
  ]);
  if (html) files.set('comparison.html', comparisonHtml(made));
  return { value: made, lines: comparisonLines(made), files };
}

/** YAML, of which JSON is a part. */
function readDetails(path: string): CardDetails {
  const bytes = onFile(path, 'what a model card says', () => readRegular(path));
  const text = onFile(path, 'text in UTF-8', () =>
    new TextDecoder('utf-8', { fatal: true }).decode(bytes),
  );
  const value: unknown = onFile(path, 'JSON or YAML', () => parse(text, { prettyErrors: true }));
  return parseFileContent(path, cardDetails, value, 'an object { name, description, licence, … }');
}

/** Writes all files or none, and gives their paths. */
async function writeAll(folder: string, files: ReadonlyMap<string, string>): Promise<string[]> {
  const paths = [...files.keys()].map((name) => join(folder, name));
  await withFolder(folder, async () => {
    const staged: StagedFile[] = [];
    try {
      for (const [name, content] of files) {
        staged.push(new StagedFile(join(folder, name), [Buffer.from(content)]));
      }
    } catch (error) {
      for (const file of staged) file.discard();
      throw error;
    }
    for (const file of staged) file.commit();
  });
  return paths;
}
