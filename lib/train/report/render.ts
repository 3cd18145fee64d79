import { CARD_FORMAT, type ModelCard } from './card';
import { COMPARISON_FORMAT, type Comparison } from './comparison';
import { pageHtml } from './pages/html';
import { pageMarkdown } from './pages/markdown';
import { coveragePlot, latencyPlot, reliabilityPlot, scopePlot } from './plots/curves';
import { type Drawing, loadPen, type Pen } from './plots/drawing';
import { classPlot, confusionPlot, groupPlot } from './plots/labels';
import { REPORT_FORMAT, type Report } from './report';
import { cardPage } from './sections/card-page';
import { comparisonPage } from './sections/comparison-page';
import { reportPage } from './sections/report-page';
import { ofWhole } from './whole-report';

/** A report as GitHub-flavoured Markdown. Labels and texts are shown as they are, whatever they hold. */
export function reportMarkdown(report: Report): string {
  return ofWhole(report, REPORT_FORMAT, 'reportMarkdown', (own) => pageMarkdown(reportPage(own)));
}

/** A comparison as GitHub-flavoured Markdown. */
export function comparisonMarkdown(comparison: Comparison): string {
  return ofWhole(comparison, COMPARISON_FORMAT, 'comparisonMarkdown', (own) =>
    pageMarkdown(comparisonPage(own)),
  );
}

/** A model card as GitHub-flavoured Markdown. */
export function cardMarkdown(card: ModelCard): string {
  return ofWhole(card, CARD_FORMAT, 'cardMarkdown', (own) => pageMarkdown(cardPage(own)));
}

/**
 * A report as one HTML file with plots, which fetches nothing and runs nothing. It needs the packages
 * `@observablehq/plot` and `linkedom`.
 *
 * @throws TorchError `ERR_TORCH_PACKAGE_MISSING` if they are not installed
 */
export function reportHtml(report: Report): string {
  return ofWhole(report, REPORT_FORMAT, 'reportHtml', (own) =>
    pageHtml(reportPage(own), drawingsOf(loadPen(), own)),
  );
}

/** A comparison as one HTML file, of tables alone. */
export function comparisonHtml(comparison: Comparison): string {
  return ofWhole(comparison, COMPARISON_FORMAT, 'comparisonHtml', (own) =>
    pageHtml(comparisonPage(own), new Map()),
  );
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
