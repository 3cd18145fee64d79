import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');
const ENTRIES = ['torch', 'nn', 'optim', 'meta', 'text', 'train', 'serve', 'testing'];
/** What a program that uses metatorch may need the types of, beside those of metatorch. */
const TYPES = ['@types/node', 'undici-types'];

const PROGRAM = `
import { FewShotClassifier, meta, serve, TorchError, torch } from 'metatorch';
${ENTRIES.map((entry) => `import * as ${entry}Entry from 'metatorch/${entry}';`).join('\n')}
const shape: readonly number[] = torch.ones([2]).shape;
const entries = [${ENTRIES.map((entry) => `${entry}Entry`).join(', ')}];
export const all = [shape, entries, FewShotClassifier, meta.maml, serve.createServer, TorchError];
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'metatorch-consumer-'));
  install();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A project that has installed metatorch, of which it sees the declarations alone. */
function install(): void {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'metatorch');
  mkdirSync(own, { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(own, 'package.json'));
  cpSync(join(ROOT, 'dist'), join(own, 'dist'), {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || path.endsWith('.d.ts'),
  });
  for (const name of TYPES) {
    cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true });
  }
}

function compile(file: string, options: ts.CompilerOptions): { errors: string[]; read: string[] } {
  const path = join(folder, file);
  writeFileSync(path, PROGRAM);
  const program = ts.createProgram([path], {
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(folder, 'node_modules/@types')],
    ...options,
  });
  const errors = diagnosticsOf(program).map(({ messageText, file: at }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, ' ');
    return `${at ? relative(folder, at.fileName) : ''}: ${text}`;
  });
  return { errors, read: program.getSourceFiles().map(({ fileName }) => fileName) };
}

/** As `ts.getPreEmitDiagnostics`, but for what TypeScript and Node.js declare themselves, which takes the longest. */
function diagnosticsOf(program: ts.Program): ts.Diagnostic[] {
  const own = program
    .getSourceFiles()
    .filter(({ fileName }) => /\/metatorch\/|\/main\.m?ts$/.test(fileName));
  expect(own.length).toBeGreaterThan(ENTRIES.length);
  return [
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...own.flatMap((file) => program.getSemanticDiagnostics(file)),
  ];
}

test.each([
  ['node16', 'main.ts', ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
  ['nodenext', 'main.mts', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ['bundler', 'main.ts', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
  ['node10', 'main.ts', ts.ModuleKind.CommonJS, ts.ModuleResolutionKind.Node10],
])('a program sees every entry with moduleResolution %s', (_, file, module, moduleResolution) => {
  const { errors, read } = compile(file, { module, moduleResolution });
  expect(errors).toEqual([]);
  const packages = read.flatMap((path) => path.split(join(folder, 'node_modules/'))[1] ?? []);
  const foreign = packages.filter(
    (path) => !/^(?:metatorch|@types\/node|undici-types)\//.test(path),
  );
  expect(foreign).toEqual([]);
});
