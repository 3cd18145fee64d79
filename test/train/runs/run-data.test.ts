import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeRun } from '../../../lib/train/runs/config';
import { loadRunData } from '../../../lib/train/runs/run-data';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();

function data(given: object) {
  const { data: own } = completeRun({ data: given, learner: 'prototypical' } as never, 'fit');
  if (own === undefined) throw new Error('no data');
  return loadRunData(own);
}

test('texts of several classes are left out, and told', async () => {
  const path = join(folder(), 'd.csv');
  writeFileSync(path, 'text,label\nhello,a\nhello,b\nhi,a\nhi,a\nbye,b\n');
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    const dataset = await data({ source: path });
    expect(dataset.size).toBe(2);
    expect(warnings.mock.calls).toEqual([
      [
        `Left out of ${path}: 1 text with more than one class, in 2 rows; \`metatorch datasets sheet\` shows them`,
        { type: 'MetatorchWarning', code: 'METATORCH_AMBIGUOUS_TEXTS' },
      ],
    ]);
    warnings.mockClear();
    writeFileSync(path, 'text,label\nhi,a\nhi,a\nbye,b\n');
    await data({ source: path });
    expect(warnings).not.toHaveBeenCalled();
  } finally {
    warnings.mockRestore();
  }
});

test.each(['intents', 'wordnet'])('%s is no file, whose columns could be named', async (source) => {
  await expect(data({ source, label: 'topic' })).rejects.toThrow(
    `Expected named columns or keys (option label) as the data of fit but received ${source}`,
  );
});

test('a column of splits is refused: it would divide texts, and runs divide classes', async () => {
  const data = { source: 'test/fixtures/configs/texts.csv', split: 'part' };
  await expect(loadRunData(Object(data))).rejects.toThrow(
    /^Expected none: `splits` divides the classes .* for split of the data but received string 'part'$/,
  );
});

test('labels that are the same but for white space are told with their file', async () => {
  const path = join(folder(), 'd.csv');
  writeFileSync(path, 'text,label\nhello,card lost\nhi,card  lost\n');
  await expect(data({ source: path })).rejects.toMatchObject({
    code: 'ERR_TORCH_FILE',
    path,
    message: expect.stringMatching(
      /^Cannot take the labels of .*d\.csv: .*'card lost'.*'card {2}lost'/,
    ),
  });
});
