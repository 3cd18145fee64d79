// Measures encoders and classifiers on real data that lies beside the project, one table a name.
//
//     npm run results -- encoders [use-lite minilm glove]
//     npm run results -- folds minilm --data=banking77 --learner=Prototypical

import { torch } from '../lib/torch';
import { allWayTable } from './results/all-way';
import { ENCODERS, hasData } from './results/data';
import { encoderTable } from './results/encoders';
import { entityTable } from './results/entities';
import { foldTable } from './results/folds';
import { headTable } from './results/heads';
import { instanceTable } from './results/instances';
import { languageTable } from './results/languages';
import { monitorTable } from './results/monitor';
import { pairTable } from './results/pairs';
import { recommendTable } from './results/recommend';
import { relationTable } from './results/relations';
import { responsibleTable } from './results/responsible';
import { serviceTable } from './results/service';
import { intentTable, sentimentTable, topicTable } from './results/transfer';
import { translationTable } from './results/translation';
import { tunedTable } from './results/tuned';
import { unknownTable } from './results/unknown';

const TABLES: Readonly<Record<string, (encoders: readonly string[]) => Promise<string[][]>>> = {
  encoders: encoderTable,
  'all-way': allWayTable,
  unknown: unknownTable,
  heads: headTable,
  tuned: tunedTable,
  folds: foldTable,
  entities: entityTable,
  sentiment: sentimentTable,
  topics: topicTable,
  intents: intentTable,
  languages: languageTable,
  translation: translationTable,
  relations: relationTable,
  instances: instanceTable,
  pairs: pairTable,
  recommend: recommendTable,
  service: serviceTable,
  monitor: monitorTable,
  responsible: responsibleTable,
};

async function main(): Promise<void> {
  const [name = '', ...encoders] = process.argv.slice(2).filter((one) => !one.startsWith('--'));
  const table = TABLES[name];
  const strange = encoders.find((one) => ENCODERS[one] === undefined);
  if (table === undefined || strange !== undefined) {
    const expected = `${Object.keys(TABLES).join(', ')}, then any of ${Object.keys(ENCODERS).join(', ')}`;
    throw new RangeError(`Expected ${expected} but received ${strange ?? (name || 'nothing')}`);
  }
  if (!hasData()) throw new Error('The data sets are not beside the project: see docs/data.md');
  torch.setNumThreads(1);
  const lines = await table(encoders.length > 0 ? encoders : Object.keys(ENCODERS));
  const [head = [], ...rows] = lines;
  console.log(`| ${head.join(' | ')} |\n| ${head.map(() => '---').join(' | ')} |`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
  if (process.argv.includes('--json')) {
    const named = rows.map((row) => Object.fromEntries(head.map((key, i) => [key, row[i]])));
    console.log(JSON.stringify({ benchmark: `results ${name}`, rows: named }));
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
