import { torch } from '../../../lib/torch';
import type { Program } from './programs';

/** What a program held at every step, and what was wrong with that. */
export type Watched = { tensors: number; bytes: number; problem?: string };

const WARMUP = 0.2;

/** Runs a program, and compares what is alive at its steps after the first fifth, and after it. */
export async function watchMemory(
  program: Program,
  steps: number,
  folder: string,
): Promise<Watched> {
  const before = torch.memory();
  const warmup = Math.floor(WARMUP * steps);
  let seen = 0;
  let held: { tensors: number; bytes: number } | undefined;
  let problem: string | undefined;
  await program(
    steps,
    () => {
      const step = seen++;
      if (step < warmup) return;
      const live = torch.memory();
      held ??= live;
      if (live.tensors === held.tensors && live.bytes === held.bytes) return;
      problem ??= `step ${step} holds ${live.tensors} tensors and ${live.bytes} bytes, step ${warmup} held ${held.tensors} and ${held.bytes}`;
    },
    folder,
  );
  const after = torch.memory();
  if (seen !== steps) problem ??= `${seen} samples of ${steps} steps`;
  if (after.tensors !== before.tensors || after.bytes !== before.bytes) {
    problem ??= `${after.tensors - before.tensors} tensors and ${after.bytes - before.bytes} bytes are left at the end`;
  }
  const { tensors = 0, bytes = 0 } = held ?? {};
  return { tensors, bytes, ...(problem !== undefined && { problem }) };
}
