import type { Page } from '../pages/page';
import { dataWords } from '../pages/words';
import type { Report } from '../report';
import { classesSection, confusionSection } from './classes';
import { calibrationSection, latencySection, outOfScopeSection, selectiveSection } from './curves';
import { leadOf, methodSection, runsSection, summarySection } from './summary';
import { groupSections, hardestSection, lengthSection } from './texts';

/** A report as a page. */
export function reportPage(report: Report): Page {
  const [run] = report.runs;
  return {
    title: run === undefined ? 'Report' : `${run.protocol.model} on ${dataWords(run.protocol)}`,
    lead: leadOf(report),
    sections: [
      summarySection(report),
      ...runsSection(report),
      classesSection(report),
      confusionSection(report),
      calibrationSection(report),
      ...selectiveSection(report),
      ...outOfScopeSection(report),
      ...lengthSection(report),
      ...groupSections(report),
      ...latencySection(report),
      ...hardestSection(report),
      methodSection(report),
    ],
  };
}
