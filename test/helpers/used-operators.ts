import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { NAMESPACES } from '../../lib/operator-name';

const CALL = new RegExp(`\\b(torch(?:\\.(?:${NAMESPACES.join('|')}))?)?\\s*\\.(\\w+)\\(`, 'g');
const LIB = path.join(__dirname, '..', '..', 'lib');

/** The names that a generated interface declares. */
function declared(file: string): Set<string> {
  const text = readFileSync(path.join(LIB, 'torch', 'operators', 'generated', file), 'utf8');
  return new Set([...text.matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1] as string));
}

/**
 * Operators that the sources of some folders of `lib/` call: methods of tensors by name, functions
 * as `torch.name` or `torch.linalg.name`, and where each is used, but
 * not of the folder `except`. A name that arrays or `Math` have as well counts too.
 */
export function usedOperators(folders: readonly string[], except: string): Map<string, string> {
  const methods = declared('tensor-methods.ts');
  const functions = new Map(
    ['functions', ...NAMESPACES].map((file) => [
      file === 'functions' ? 'torch' : `torch.${file}`,
      declared(`${file}.ts`),
    ]),
  );
  const used = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(path.join(LIB, folder), { recursive: true })) {
      const file = path.join(folder, String(entry));
      if (!file.endsWith('.ts') || file.startsWith(except)) continue;
      const text = readFileSync(path.join(LIB, file), 'utf8');
      for (const [, owner, name = ''] of text.matchAll(CALL)) {
        const known = owner === undefined ? methods : functions.get(owner);
        if (known?.has(name)) used.set(owner === undefined ? name : `${owner}.${name}`, file);
      }
    }
  }
  return used;
}
