// Calls every function and method of the public surface with arguments from a seeded source: some that
// fit, many that do not. Nothing may end the process, take longer than it may, or throw an error that
// has no code. The first call of each kind that does is made again before it counts.
//
//     npm run fuzz -- [--calls count] [--minutes limit] [--seed seed] [--area names] [--only name] [--json]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Campaign, type Finding, type Outcomes, runCalls } from './support/fuzz/campaign';
import { AREAS } from './support/fuzz/targets';

const AT_ONCE = 2;
const CALLS_PER_PROCESS = 1000;
// A function that has ended so many processes is left out of the rest of the run.
const MOST_ENDS = 2;

type Row = {
  name: string;
  fault: string;
  times: number;
  confirmed: boolean;
  first: number;
  detail: string;
  stack?: string;
};

/** Findings of one kind: messages differ in numbers and quoted values only. */
const kindOf = ({ name, fault, detail }: Finding): string =>
  `${name} ${fault} ${fault === 'untyped' ? detail.replace(/\d+|'[^']*'/g, '#').slice(0, 80) : ''}`;

class Surface {
  readonly rows = new Map<string, Row>();
  readonly outcomes: Outcomes = {};
  readonly #campaign: Campaign;
  readonly #ends = new Map<string, number>();
  #next = 0;

  constructor(campaign: Campaign) {
    this.#campaign = campaign;
  }

  /** Makes calls 0 to `calls`, or as many as `seconds` allow, and returns how many it made. */
  async run(calls: number, seconds: number): Promise<number> {
    const start = performance.now();
    const lane = async (): Promise<void> => {
      while (this.#next < calls && performance.now() - start < seconds * 1000) {
        const from = this.#next;
        this.#next = Math.min(calls, from + CALLS_PER_PROCESS);
        await this.#chunk(Array.from({ length: this.#next - from }, (_, i) => from + i));
        console.error(`${this.#next} calls, ${this.rows.size} faults`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    await this.#confirm();
    return this.#next;
  }

  async #chunk(calls: number[]): Promise<void> {
    while (calls.length > 0) {
      const skip = [...this.#ends].filter(([, times]) => times >= MOST_ENDS).map(([name]) => name);
      const { findings, outcomes, left } = await runCalls(this.#campaign, calls, skip);
      calls = left;
      for (const [area, counts] of Object.entries(outcomes)) this.#count(area, counts);
      for (const finding of findings) this.#add(finding);
    }
  }

  #count(area: string, counts: Outcomes[string]): void {
    this.outcomes[area] ??= {};
    const all: Record<string, number> = this.outcomes[area];
    for (const [kind, times] of Object.entries(counts)) all[kind] = (all[kind] ?? 0) + times;
  }

  #add(finding: Finding): void {
    const { name, fault, index: first, detail, stack } = finding;
    if (fault !== 'untyped') this.#ends.set(name, (this.#ends.get(name) ?? 0) + 1);
    const known = this.rows.get(kindOf(finding));
    if (known !== undefined) known.times++;
    else {
      const row = { name, fault, times: 1, confirmed: false, first, detail };
      this.rows.set(kindOf(finding), { ...row, ...(stack && { stack }) });
      console.error(`call ${first}, ${name}, ${fault}: ${detail}`);
    }
  }

  /** Makes the first call of each kind again, without the others. */
  async #confirm(): Promise<void> {
    let calls = [...this.rows.values()].map(({ first }) => first);
    while (calls.length > 0) {
      const { findings, left } = await runCalls(this.#campaign, calls);
      calls = left;
      for (const finding of findings) {
        const row = this.rows.get(kindOf(finding));
        if (row?.first === finding.index) row.confirmed = true;
      }
    }
  }
}

function print(rows: readonly Row[]): void {
  for (const { name, fault, times, confirmed, first, detail } of rows) {
    const alone = confirmed ? '' : ' (not when alone)';
    console.log(
      `${fault.padEnd(8)} ${name} x${times}${alone}, call ${first}: ${detail.slice(0, 160)}`,
    );
  }
}

const USAGE = `Calls the public surface with arguments from a seeded source; see docs/robustness.md.

  npm run fuzz -- [--calls 200000] [--minutes limit] [--seed 1] [--area names] [--only name] [--json]

Areas, all but ops unless named: ${AREAS.join(', ')}`;

async function main(): Promise<void> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      calls: string,
      minutes: string,
      seed: string,
      area: string,
      only: string,
      json: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  const areas = values.area?.split(',') ?? AREAS.filter((area) => area !== 'ops');
  const unknown = areas.find((area) => !AREAS.some((name) => name === area));
  if (unknown !== undefined) throw new Error(`Expected some of ${AREAS.join(', ')} for --area`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'metatorch-fuzz-'));
  const start = performance.now();
  let calls = Number(values.calls ?? 200_000);
  const surface = new Surface({ seed: Number(values.seed ?? 1), areas, only: values.only, folder });
  try {
    calls = await surface.run(calls, 60 * Number(values.minutes ?? Infinity));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  const rows = [...surface.rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  print(rows);
  const seconds = (performance.now() - start) / 1000;
  const { outcomes } = surface;
  console.table(outcomes);
  console.log(`${calls} calls, ${rows.length} faults, ${seconds.toFixed(0)} s`);
  if (values.json) {
    console.log(JSON.stringify({ benchmark: 'fuzz-surface', calls, outcomes, rows }));
  }
  if (rows.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
