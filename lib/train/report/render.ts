import { objectOf } from '../../check';
import { outOfRange } from '../../errors';
import type { ModelCard } from './card';
import type { Comparison } from './comparison';
import { pageHtml } from './pages/html';
import { pageMarkdown } from './pages/markdown';
import { coveragePlot, latencyPlot, reliabilityPlot, scopePlot } from './plots/curves';
import { type Drawing, loadPen, type Pen } from './plots/drawing';
import { classPlot, confusionPlot, groupPlot } from './plots/labels';
import { REPORT_FORMAT, type Report } from './report';
import { cardPage } from './sections/card-page';
import { comparisonPage } from './sections/comparison-page';
import { reportPage } from './sections/report-page';

/** A report as GitHub-flavoured Markdown. Labels and texts are shown as they are, whatever they hold. */
export function reportMarkdown(report: Report): string {
  return pageMarkdown(reportPage(ofFormat(report, REPORT_FORMAT, 'reportMarkdown')));
}

/** A comparison as GitHub-flavoured Markdown. */
export function comparisonMarkdown(comparison: Comparison): string {
  return pageMarkdown(
    comparisonPage(ofFormat(comparison, 'metatorch-comparison', 'comparisonMarkdown')),
  );
}

/** A model card as GitHub-flavoured Markdown. */
export function cardMarkdown(card: ModelCard): string {
  return pageMarkdown(cardPage(ofFormat(card, 'metatorch-model-card', 'cardMarkdown')));
}

/**
 * A report as one HTML file with plots, which fetches nothing and runs nothing. It needs the packages
 * `@observablehq/plot` and `linkedom`.
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` if they are not installed
 */
export function reportHtml(report: Report): string {
  const page = reportPage(ofFormat(report, REPORT_FORMAT, 'reportHtml'));
  return pageHtml(page, drawingsOf(loadPen(), report));
}

/** A comparison as one HTML file, of tables alone. */
export function comparisonHtml(comparison: Comparison): string {
  const checked = ofFormat(comparison, 'metatorch-comparison', 'comparisonHtml');
  return pageHtml(comparisonPage(checked), new Map());
}

function drawingsOf(pen: Pen, report: Report): Map<string, Drawing[]> {
  return new Map([
    ['classes', classPlot(pen, report)],
    ['confusion', confusionPlot(pen, report)],
    ['calibration', reliabilityPlot(pen, report)],
    ['selective', coveragePlot(pen, report)],
    ['out-of-scope', scopePlot(pen, report)],
    ['length', report.lengths === null ? [] : groupPlot(pen, report.lengths)],
    ...report.groups.map((groups, i) => [`group-${i}`, groupPlot(pen, groups)] as const),
    ['latency', latencyPlot(pen, report)],
  ]);
}

/** What was made by `report` or `comparePredictions`, and is not something else. */
function ofFormat<T extends { readonly format: string }>(
  value: T,
  format: string,
  operator: string,
): T {
  const found: unknown = objectOf(value, 'report', operator).format;
  if (found === format) return value;
  throw outOfRange(`'${format}'`, `the format of ${operator}`, found, operator);
}
