import { join } from 'node:path';
import { CALLS, start } from '../../../lib/torch/distributed/group-call';
import {
  type Meeting,
  ProcessGroup,
  releaseGroup,
} from '../../../lib/torch/distributed/process-group';
import { temporaryFolder } from '../folders';

/** Makes groups whose ranks all live in this thread, which works as calls need not be waited for. */
export function groupsInOneThread(): {
  readonly folder: () => string;
  join(size: number, options?: Partial<Meeting>): Promise<ProcessGroup[]>;
  make(rank: number, size: number, options?: Partial<Meeting>): ProcessGroup;
} {
  const made: ProcessGroup[] = [];
  afterEach(() => {
    for (const group of made.splice(0)) releaseGroup(group);
  });
  // After the hook above, which runs first: groups say goodbye in their file.
  const folder = temporaryFolder();
  const make = (rank: number, size: number, options: Partial<Meeting> = {}) => {
    const meeting: Meeting = {
      file: join(folder(), 'store'),
      host: '',
      port: 0,
      serves: false,
      address: '127.0.0.1',
      timeout: 20_000,
      checkedCalls: Number.MAX_SAFE_INTEGER,
      ...options,
    };
    const ranks = Array.from({ length: size }, (_, i) => i);
    const group = new ProcessGroup('0', rank, ranks, meeting);
    made.push(group);
    return group;
  };
  return {
    folder,
    make,
    async join(size, options) {
      const groups = Array.from({ length: size }, (_, rank) => make(rank, size, options));
      await Promise.all(groups.map(joinGroup));
      return groups;
    },
  };
}

export async function joinGroup(group: ProcessGroup): Promise<void> {
  await start(group, { operator: 'initProcessGroup', kind: CALLS.join });
}
