import path from 'node:path';
import { PeerProcess } from './peer-process';

/** A Python script beside this folder that answers one line of JSON with another. */
export class PythonPeer extends PeerProcess {
  constructor(script: string, threads: number) {
    const python = process.env.METATORCH_PYTHON ?? 'python3';
    const file = path.join(__dirname, '../peers', script);
    super(python, [file, String(threads)], {
      OMP_WAIT_POLICY: 'passive',
      OMP_NUM_THREADS: String(threads),
      ...(threads === 1 && {
        XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1',
      }),
    });
  }
}
