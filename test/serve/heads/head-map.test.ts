import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { headMapFile, readHeadMap } from '../../../lib/serve/heads/head-map';
import { SentenceEncoder, useLite } from '../../../lib/text';
import { torch, writeSafetensors } from '../../../lib/torch';

const SHIPPED = resolve(__dirname, '../../../data/heads');
const files = readdirSync(SHIPPED).filter((name) => name.endsWith('.safetensors'));

test('the heads of the package are under 2 MB together', () => {
  expect(files.length).toBeGreaterThan(0);
  const bytes = files.map((name) => statSync(join(SHIPPED, name)).size);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2e6);
});

test.each(files)('%s holds a map with a gate between two cosines', (name) => {
  const { weights, direction, gate } = readHeadMap(join(SHIPPED, name));
  const [from = 1, to = 0] = gate.tolist() as number[];
  expect(weights.square().sum([1]).mean().item()).toBeCloseTo(1, 2);
  expect(direction.norm().item()).toBeCloseTo(1, 4);
  expect(from).toBeGreaterThan(0);
  expect(to).toBeGreaterThan(from);
  expect(to).toBeLessThan(1);
});

describe('an encoder', () => {
  const model = useLite();

  test('is known by what it makes of a text', () => {
    expect(headMapFile(new SentenceEncoder(model))).toBe(join(SHIPPED, 'use-lite.safetensors'));
  });

  test('of the same size that makes something else has no map', () => {
    const turned = { ...model, embed: () => torch.ones([1, 512]).div(Math.sqrt(512)) };
    expect(headMapFile(new SentenceEncoder(turned))).toBeUndefined();
  });

  test('of another size has no map', () => {
    const small = { ...model, dimensions: 17 };
    expect(headMapFile(new SentenceEncoder(small))).toBeUndefined();
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'head-map-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const code = 'ERR_TORCH_FILE';

  test('that is missing or damaged is refused', () => {
    expect(() => readHeadMap(join(folder, 'none'))).toThrow(expect.objectContaining({ code }));
    const damaged = join(folder, 'damaged');
    writeFileSync(damaged, 'not a head');
    expect(() => readHeadMap(damaged)).toThrow(expect.objectContaining({ code, path: damaged }));
  });

  test.each([
    ['lacks its gate', { weights: torch.eye(3), direction: torch.ones([3]) }],
    ['has maps of another size', { weights: torch.eye(2), direction: torch.ones([3]) }],
    ['holds NaN', { weights: torch.eye(3).mul(Number.NaN), direction: torch.ones([3]) }],
  ])('that %s is refused', (_, tensors) => {
    const path = join(folder, 'foreign');
    writeSafetensors(path, tensors);
    expect(() => readHeadMap(path)).toThrow(expect.objectContaining({ code, path }));
  });
});
