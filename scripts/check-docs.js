#!/usr/bin/env node
const fs = require('node:fs');
const { docFile, docPages, docPrograms } = require('./support/doc-blocks');
const { inRoot, npmProgram } = require('./support/paths');
const { run, runMain, SetupError } = require('./support/run');

/** What the pages about algorithms take for granted, as `test/docs/stage.ts` makes it. */
const STAGE = `
import type { meta, text } from 'metatorch';
declare global {
  // biome-ignore lint/suspicious/noExplicitAny: pages differ in what their episodes are made of
  const episodes: meta.Episodes<any>;
  const vocabulary: text.Vocabulary;
}
`;

/** Checks the types of the TypeScript programs of README.md and docs/ against lib/. */
runMain(async () => {
  const folder = inRoot('build', 'docs');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(inRoot('build', 'docs', 'stage.d.ts'), STAGE);
  const programs = docPages().flatMap((page) => docPrograms(page));
  for (const program of programs.filter(({ language }) => language === 'ts')) {
    // A module, whatever it imports, so that top-level names and await are its own.
    const code = `${'\n'.repeat(program.line - 1)}${program.code}\nexport {};\n`;
    fs.writeFileSync(inRoot('build', 'docs', docFile(program)), code);
  }
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      module: 'esnext',
      moduleResolution: 'bundler',
      noUnusedLocals: false,
      noUnusedParameters: false,
      noUncheckedIndexedAccess: false,
      paths: {
        metatorch: ['../../lib/index.ts'],
        'metatorch/*': ['../../lib/*/index.ts'],
      },
    },
    include: ['.', '../../lib/**/*.d.ts'],
  };
  fs.writeFileSync(inRoot('build', 'docs', 'tsconfig.json'), JSON.stringify(config, null, 2));
  const { status, output } = await run(npmProgram('tsc'), ['-p', folder]);
  if (status !== 0) throw new SetupError(`The code of the documents does not compile:\n${output}`);
});
