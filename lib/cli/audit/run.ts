import { listOf, looseObject, nullable, optional, recordOf, required, string } from '../../check';
import { counted } from '../../counted';
import { TorchError } from '../../errors';
import { parseFileContent, readJsonFile } from '../../files/checked-file';
import {
  type Explanation,
  FewShotClassifier,
  type Membership,
  membershipTest,
  type QueryRow,
  queriesOf,
  type SavedContents,
  savedContents,
} from '../../serve';
import { type Fairness, type Figure, fairness } from '../../train';
import { share } from '../../train/metrics/figure';
import { isModel } from '../../train/runs/saved-model';
import { cut, screenWidth, tableLines } from '../terminal';
import { forUser } from '../user-error';

export type AuditOptions = { label?: string; explain?: string; forget?: string; json?: boolean };

/** What was found; what was not asked for is left out. */
export type Audit = {
  forgotten?: number;
  contents: SavedContents;
  explanation?: Explanation;
  right?: Figure | undefined;
  membership?: Membership;
  fairness?: Fairness[];
};

const FORM = 'texts [{ text, label, groups }, …]';
const rowsCheck = listOf(
  looseObject({
    text: required(string),
    label: required(nullable(string)),
    groups: optional(recordOf(string)),
  }),
  1,
);

/** Looks into a saved classifier, after forgetting whom it is to forget. */
export function runAudit(
  folder: string,
  texts: string | undefined,
  options: AuditOptions,
): Promise<void> {
  return forUser(async () => {
    if (options.label !== undefined && texts === undefined) {
      const message = 'Expected a file of held-out texts beside --label, whose groups are compared';
      throw new TorchError('ERR_TORCH_ARGUMENT', message);
    }
    requireClassifier(folder);
    await using classifier = await FewShotClassifier.load(folder);
    const { forget, explain, label } = options;
    const before = classifier.examples.length;
    if (forget !== undefined) {
      await classifier.removeOwner(forget);
      await classifier.save(folder);
    }
    const audit: Audit = {
      ...(forget !== undefined && { forgotten: before - classifier.examples.length }),
      contents: savedContents(folder),
      ...(explain !== undefined && { explanation: await classifier.explain(explain) }),
      ...(texts !== undefined && (await heldOut(classifier, readRows(texts), label))),
    };
    console.log(options.json ? JSON.stringify(audit) : linesOf(audit).join('\n'));
  });
}

/** Refuses a meta-trained model, which keeps none of the texts that it was trained on. */
function requireClassifier(folder: string): void {
  if (!isModel(folder)) return;
  throw new TorchError(
    'ERR_TORCH_FILE',
    `Cannot audit ${folder}: expected a classifier that FewShotClassifier.save wrote, but it is a model of metatorch train; metatorch models show ${folder} tells what is in it`,
    { path: folder },
  );
}

function readRows(path: string): QueryRow[] {
  const rows = parseFileContent(path, rowsCheck, readJsonFile(path, FORM), FORM);
  return rows.map(({ text, label, groups }) => ({ text, label, ...(groups && { groups }) }));
}

async function heldOut(
  classifier: FewShotClassifier,
  rows: readonly QueryRow[],
  label: string | undefined,
): Promise<Pick<Audit, 'right' | 'membership' | 'fairness'>> {
  const queries = await queriesOf(classifier, rows);
  const right = queries.filter((query) => query.predicted === query.label).length;
  const known = rows.flatMap(({ text, label: own }) =>
    own !== null && classifier.labels.includes(own) ? [{ text, label: own }] : [],
  );
  const columns = new Set(queries.flatMap(({ groups }) => Object.keys(groups ?? {})));
  return {
    right: share(right, queries.length),
    ...(known.length > 0 && { membership: await membershipTest(classifier, known) }),
    ...(label !== undefined && {
      fairness: [...columns].map((group) => fairness(queries, { group, label })),
    }),
  };
}

const LONGEST_WORD = 24;

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
const figure = (one: Figure | null): string => {
  if (one === null) return 'unknown';
  const { value, low, high } = one;
  return low === null || high === null
    ? percent(value)
    : `${percent(value)} (${percent(low)} to ${percent(high)})`;
};

function linesOf({ forgotten, contents, explanation, right, membership, fairness }: Audit) {
  const owners = Object.keys(contents.owners).length;
  const texts = counted(contents.texts, 'text');
  const characters = counted(contents.characters, 'character');
  return [
    ...(forgotten === undefined ? [] : [`Forgotten: ${counted(forgotten, 'example')}`]),
    `In the folder: ${texts} word for word, ${characters},`,
    `  of ${counted(owners, 'owner')}, ${contents.withoutOwner} of nobody; and tensors made of them:`,
    ...contents.tensors.map(
      ({ name, shape, perExample }) =>
        `  ${name} [${shape.join(', ')}]${perExample ? ', a row for each example' : ''}`,
    ),
    ...(explanation === undefined ? [] : explanationLines(explanation)),
    ...(right === undefined ? [] : [`Right on held-out texts: ${figure(right)}`]),
    ...(membership === undefined ? [] : membershipLines(membership)),
    ...(fairness ?? []).flatMap(fairnessLines),
  ];
}

function explanationLines(one: Explanation): string[] {
  const { label, probability, unknown, words, nearest } = one;
  return [
    ...(unknown === null ? [] : [`Of no label: ${unknown}`]),
    `Most probable: ${label}, ${percent(probability)}`,
    ...tableLines([
      ['word', 'falls without it by', 'gradients'],
      ...words.map(({ word, effect, gradient }) => [
        cut(word, LONGEST_WORD),
        effect.toFixed(3),
        gradient?.toFixed(2) ?? '',
      ]),
    ]),
    ...nearest.map(({ text, similarity }) =>
      cut(`  ${similarity.toFixed(2)} like: ${text}`, screenWidth()),
    ),
  ];
}

function membershipLines({ byProbability, bySimilarity }: Membership): string[] {
  return [
    'Whether a text was an example can be told from an answer, AUROC:',
    `  by its probability   ${figure(byProbability.auroc)}`,
    `  by the nearest one   ${figure(bySimilarity.auroc)}`,
  ];
}

function fairnessLines({ group, label, groups, parityGap, opportunityGap }: Fairness): string[] {
  return [
    `${label} by ${group}:`,
    ...groups.map(({ value, selected }) => `  ${value}: given to ${figure(selected)}`),
    `  gap ${figure(parityGap)}; among texts that have it ${figure(opportunityGap)}`,
  ];
}
