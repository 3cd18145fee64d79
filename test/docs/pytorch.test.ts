import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as nn from '../../lib/nn';
import * as optim from '../../lib/optim';
import { DTYPES, Tensor, torch } from '../../lib/torch';
import { STORAGE_DTYPES } from '../../lib/torch/dtype';
import { exists, page, promised, share, table } from '../../scripts/support/pytorch-table';

const NAMES = path.join(__dirname, 'fixtures', 'pytorch-names.json');
const names: { version: string; names: Record<string, string[]> } = JSON.parse(
  readFileSync(NAMES, 'utf8'),
);
const roots = { torch, tensor: Tensor.prototype, nn, optim };
const rows = table(names, roots, new Set([...DTYPES, ...STORAGE_DTYPES]));

test('every name that the page promises exists', () => {
  const here = rows.flatMap(({ present }) => present.map((one) => one.here));
  const paths = new Set(here.flatMap(promised));
  expect(paths.size).toBeGreaterThan(1000);
  expect([...paths].filter((one) => !exists(roots, one))).toEqual([]);
});

test.each(rows.map((row) => [row.module, row] as const))(
  '%s is here, all but a tenth',
  (_, row) => {
    expect(share(row).share).toBeGreaterThan(0.9);
  },
);

test('what is not here has a reason', () => {
  const absent = rows.flatMap((row) => row.absent.map((one) => `${row.module}.${one.name}`));
  const without = rows.flatMap((row) =>
    row.absent.filter(({ reason }) => reason === '').map(({ name }) => name),
  );
  expect(without).toEqual([]);
  expect(absent).not.toContain('torch.Tensor.add');
});

test('the page is the one that the script writes', () => {
  const file = path.join(__dirname, '..', '..', 'docs', 'pytorch.md');
  expect(readFileSync(file, 'utf8')).toBe(page(names.version, rows));
});
