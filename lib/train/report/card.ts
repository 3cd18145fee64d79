import { listOf, optional, type ReadOptions, readOptions, strictObject, string } from '../../check';
import { packageVersion } from '../../package-version';
import { listDatasets } from '../../text/datasets/catalogue/catalogue';
import type { Figure } from '../metrics/figure';
import type { Groups } from '../metrics/groups';
import { limitsOf } from './limits';
import type { Protocol } from './predictions';
import { REPORT_FORMAT, type Report } from './report';
import { ofWhole } from './whole-report';

const CARD = {
  /** What the model is called. Default: as the predictions say. */
  name: optional(string),
  /** What it does, in a sentence or two. */
  description: optional(string),
  /** What it is for, and what not. */
  intendedUse: optional(string),
  /** The licence of the model. */
  licence: optional(string),
  /** Where the data is from. Default: what the catalogue says of a data set that it knows. */
  dataSource: optional(string),
  dataLicence: optional(string),
  /** What is to be known of the people in the data, and of the examples that the model keeps. */
  privacy: optional(string),
  /** What was trained on, and how. */
  training: optional(string),
  /** Further limits, beside those that follow from the figures. */
  limits: optional<readonly string[]>(listOf(string)),
  contact: optional(string),
};

/** A check of what a model card says beside the figures. */
export const cardDetails = strictObject(CARD);

/** What a model card says beside the figures: all that only its authors know. */
export type CardDetails = Readonly<ReadOptions<typeof CARD>>;

export const CARD_FORMAT = 'metatorch-model-card';

/**
 * What is to be known of a model before it is used: Margaret Mitchell et al.: Model Cards for Model Reporting, FAT*
 * 2019. It holds no text of the data.
 */
export type ModelCard = {
  readonly format: typeof CARD_FORMAT;
  readonly version: 1;
  readonly metatorch: string;
  readonly details: CardDetails;
  readonly name: string;
  readonly data: {
    readonly name: string;
    readonly split: string | null;
    readonly title: string | null;
    readonly source: string | null;
    readonly licence: string | null;
    readonly citation: string | null;
    readonly queries: number;
    readonly labels: number;
    readonly outOfScope: number;
  };
  readonly protocols: readonly Protocol[];
  readonly episodes: number;
  readonly metrics: {
    readonly accuracy: Figure | null;
    readonly accuracyOverRuns: Figure | null;
    readonly macroF1: Figure | null;
    readonly balancedAccuracy: Figure | null;
    readonly calibrationError: Figure | null;
    readonly logLoss: Figure | null;
    readonly outOfScopeAuroc: Figure | null;
    readonly millisecondsMedian: Figure | null;
    readonly millisecondsP99: Figure | null;
  };
  readonly groups: readonly Groups[];
  /** What follows from the figures, and what the authors add. */
  readonly limits: readonly string[];
};

/**
 * The card of a model from a report of it. Source and licence of the data are those of the catalogue, if the
 * predictions are of one of its data sets.
 *
 *     const card = modelCard(report(await loadPredictions('predictions.jsonl')), { licence: 'Apache-2.0' });
 *     console.log(cardMarkdown(card));
 *
 * @throws ArgumentTypeError for unknown details, or what is not a whole report
 */
export function modelCard(report: Report, details: CardDetails = {}): ModelCard {
  const own = readOptions(CARD, details, 'modelCard');
  return ofWhole(report, REPORT_FORMAT, 'modelCard', (whole) => cardOf(whole, own));
}

function cardOf(report: Report, own: CardDetails): ModelCard {
  const [run] = report.runs;
  const dataset = run?.protocol.dataset ?? '';
  const known = listDatasets().find(({ name }) => name === dataset);
  return {
    format: CARD_FORMAT,
    version: 1,
    metatorch: packageVersion(),
    details: own,
    name: own.name ?? run?.protocol.model ?? '',
    data: {
      name: dataset,
      split: run?.protocol.split ?? null,
      title: known?.title ?? null,
      source: own.dataSource ?? known?.source ?? null,
      licence: own.dataLicence ?? known?.licence ?? null,
      citation: known?.citation ?? null,
      queries: report.counts.queries,
      labels: report.counts.labels,
      outOfScope: report.counts.outOfScope,
    },
    protocols: report.runs.map(({ protocol }) => protocol),
    episodes: report.counts.episodes,
    metrics: {
      accuracy: report.accuracy,
      accuracyOverRuns: report.accuracyOverRuns,
      macroF1: report.macroF1,
      balancedAccuracy: report.balancedAccuracy,
      calibrationError: report.calibration.ece,
      logLoss: report.calibration.logLoss,
      outOfScopeAuroc: report.outOfScope?.auroc ?? null,
      millisecondsMedian: report.latency?.p50 ?? null,
      millisecondsP99: report.latency?.p99 ?? null,
    },
    groups: [...(report.lengths === null ? [] : [report.lengths]), ...report.groups],
    limits: [...limitsOf(report), ...(own.limits ?? [])],
  };
}
