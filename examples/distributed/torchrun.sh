#!/bin/bash
# Meta-trains in two processes of this machine, started and restarted by torchrun. On several machines, run it on each
# with --nnodes and --rdzv-endpoint.
set -euo pipefail
exec torchrun --nproc-per-node 2 --max-restarts 3 --no-python \
  npx metatorch train "${1:-run.yaml}" --resume --rank-timeout 300
