#!/bin/bash
# Meta-trains on four machines of a Slurm cluster, two processes each: sbatch examples/distributed/slurm.sh
#SBATCH --job-name=metatorch
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=8
#SBATCH --requeue
set -euo pipefail

MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
# Jobs that share a machine meet at different ports.
export MASTER_ADDR MASTER_PORT=$((20000 + SLURM_JOB_ID % 20000))

# A rank that fails ends all others; --requeue and --resume go on from the latest checkpoint.
srun bash -c '
  export RANK=$SLURM_PROCID WORLD_SIZE=$SLURM_NTASKS LOCAL_RANK=$SLURM_LOCALID
  export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
  exec npx metatorch train run.yaml --resume --rank-timeout 300'
