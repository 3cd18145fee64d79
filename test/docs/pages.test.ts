import { createRequire } from 'node:module';
import { join } from 'node:path';
import { format } from 'node:util';
import { transformSync } from '@swc/core';
import * as metatorch from '../../lib';
import * as testing from '../../lib/testing';
import * as torchLayer from '../../lib/torch';
import { type DocProgram, docPages, docPrograms } from '../../scripts/support/doc-blocks';
import { temporaryFolder } from '../helpers/folders';
import { untilAlone } from '../helpers/processes/alone';
import { type Stage, saveDemoModel, stageOf } from './stage';

// Code in README.md and docs/ runs here, in order: a block that begins with an import begins a program,
// and those that follow without one go on with it. A line `expression; // => value` claims what the
// expression gives, `console.log(…); // => text` what it prints.
const all = docPages().flatMap((page) => docPrograms(page));
// What holds for the process is refused once other threads use torch, which later programs start.
const forProcess = ({ code }: DocProgram): boolean => code.includes('setDefaultDtype');
const programs = [...all.filter(forProcess), ...all.filter((one) => !forProcess(one))];
const own = createRequire(__filename);
const start = process.cwd();

const folder = temporaryFolder();

beforeAll(() => untilAlone());
beforeEach(() => {
  saveDemoModel(folder());
  process.chdir(folder());
});
afterEach(() => {
  process.chdir(start);
  jest.restoreAllMocks();
});

const ENTRIES: Readonly<Record<string, unknown>> = {
  metatorch,
  'metatorch/meta': metatorch.meta,
  'metatorch/nn': metatorch.nn,
  'metatorch/optim': metatorch.optim,
  'metatorch/serve': metatorch.serve,
  'metatorch/testing': testing,
  'metatorch/text': metatorch.text,
  'metatorch/torch': torchLayer,
  'metatorch/train': metatorch.train,
};
const modules = (name: string): unknown => ENTRIES[name] ?? own(name);

/** The program with its claims as assertions, as the body of an asynchronous function. */
function compile({ code, language }: DocProgram): { body: string; claims: number } {
  let claims = 0;
  const asserted = code.split('\n').map((line) => {
    const found = /^(\s*)(.*); \/\/ => (.*)$/.exec(line);
    if (found === null) return line;
    claims += 1;
    const [, indent = '', expression = '', value = ''] = found;
    const where = JSON.stringify(line);
    const printed = /^console\.log\((.*)\)$/.exec(expression);
    return printed
      ? `${indent}expect([${where}, format(${printed[1]})]).toEqual([${where}, ${JSON.stringify(value)}]);`
      : `${indent}expect([${where}, ${expression}]).toEqual([${where}, ${value}]);`;
  });
  const text = asserted.join('\n');
  if (language === 'js') return { body: text, claims };
  const imports = text.match(/^import\b[^;]*;$/gm) ?? [];
  const rest = text.replace(/^import\b[^;]*;$/gm, '');
  const module = `${imports.join('\n')}\nexport async function main() {\n${rest}\n}`;
  const { code: body } = transformSync(module, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  return { body: `const exports = {};\n${body}\nawait exports.main();`, claims };
}

async function run(program: DocProgram): Promise<number> {
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const { body, claims } = compile(program);
  const stage: Record<string, unknown> = { require: modules, expect, format };
  // Pages about algorithms take their episodes for granted.
  if (program.page.includes('algorithms/')) {
    const { episodes, vocabulary }: Stage = stageOf(program.page);
    Object.assign(stage, { episodes, vocabulary });
  }
  const execute = new Function(...Object.keys(stage), `return (async () => {\n${body}\n})();`);
  await execute(...Object.values(stage));
  return claims;
}

test.each(programs.map((program) => [`${program.page}:${program.line}`, program] as const))(
  'the code of %s runs, and gives what it says',
  async (_, program) => {
    const claims = await run(program);
    if (program.page === join('docs', 'torch.md')) expect(claims).toBeGreaterThan(30);
  },
);

test('every page with code is among them', () => {
  const pages = new Set(programs.map(({ page }) => page));
  for (const page of ['README.md', 'docs/torch.md', 'docs/memory.md', 'docs/data.md']) {
    expect(pages).toContain(page);
  }
});
