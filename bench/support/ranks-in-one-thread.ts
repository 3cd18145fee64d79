import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CALLS, start } from '../../lib/torch/distributed/group-call';
import { ProcessGroup, releaseGroup } from '../../lib/torch/distributed/process-group';

/** Runs `work` as each of some ranks that all live in this thread, and gives what each makes. */
export async function inOneThread<R>(
  size: number,
  work: (group: ProcessGroup) => Promise<R>,
): Promise<R[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'metatorch-bench-'));
  const ranks = Array.from({ length: size }, (_, i) => i);
  const meeting = {
    file: path.join(folder, 'store'),
    host: '',
    port: 0,
    serves: false,
    address: '127.0.0.1',
    timeout: 1_800_000,
    checkedCalls: 0,
  };
  const groups = ranks.map((rank) => new ProcessGroup('0', rank, ranks, meeting));
  try {
    const operator = 'initProcessGroup';
    await Promise.all(groups.map((group) => start(group, { operator, kind: CALLS.join })));
    return await Promise.all(groups.map(work));
  } finally {
    for (const group of groups) releaseGroup(group);
    rmSync(folder, { recursive: true, force: true });
  }
}
