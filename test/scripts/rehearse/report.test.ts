import { PROGRAMS } from '../../../scripts/rehearse/programs.js';
import { failures, hasPassed, table } from '../../../scripts/rehearse/report.js';
import { NODES, specifiers, TOOLS } from '../../../scripts/rehearse/versions.js';

const row = (program: string, node: string, passed = true) => ({
  program,
  node,
  passed,
  seconds: 1.26,
  output: `${program} on ${node}`,
});

const FINDINGS = {
  measures: [{ name: 'install', value: 12.34, unit: 's', limit: 60 }],
  rows: [row('ESM', '20'), row('ESM', '22'), row('Jest', '22')],
  checks: [{ name: 'publint', passed: true, output: '' }],
};

test('the table has a line for each program and a column for each Node.js', () => {
  expect(table(FINDINGS)).toBe(`|  | Node.js 20 | Node.js 22 |
| --- | --- | --- |
| ESM | 1.3 s | 1.3 s |
| Jest | - | 1.3 s |

- install: 12.3 s
- publint: nothing found`);
});

test('all must pass, in time, and something must have run', () => {
  expect(hasPassed(FINDINGS)).toBe(true);
  expect(hasPassed({ ...FINDINGS, rows: [] })).toBe(false);
  expect(hasPassed({ ...FINDINGS, rows: [row('ESM', '20', false)] })).toBe(false);
  expect(hasPassed({ ...FINDINGS, checks: [{ name: 'attw', passed: false, output: '' }] })).toBe(
    false,
  );
  const late = { name: 'install', value: 61, unit: 's', limit: 60 };
  expect(hasPassed({ ...FINDINGS, measures: [late] })).toBe(false);
});

test('a failure shows in the table, and with what it printed', () => {
  const failed = { ...FINDINGS, rows: [row('ESM', '20', false)] };
  expect(table(failed)).toContain('| ESM | FAILED |');
  expect(failures(failed)).toBe('\nESM on Node.js 20:\nESM on 20');
  expect(failures(FINDINGS)).toBe('');
});

test('every program has a name, files and a command of its own', () => {
  expect(new Set(PROGRAMS.map(({ name }) => name)).size).toBe(PROGRAMS.length);
  const names = PROGRAMS.flatMap(({ files }) => Object.keys(files));
  expect(new Set(names).size).toBe(names.length);
  for (const { command, expected } of PROGRAMS) {
    expect(command.length).toBeGreaterThan(0);
    expect(expected).not.toBe('');
  }
});

test('every version is pinned', () => {
  for (const version of [...Object.values(NODES), ...Object.values(TOOLS)]) {
    expect(version).toMatch(/^\d+\.\d+\.\d+(-alpha\.\d+)?$/);
  }
  expect(specifiers({ a: '1.0.0', '@b/c': '2.0.0' })).toEqual(['a@1.0.0', '@b/c@2.0.0']);
});
