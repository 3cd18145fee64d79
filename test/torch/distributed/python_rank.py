"""A rank of PyTorch's own in a group with ranks of Node.js: rank, number of ranks, port."""
import json
import sys
from datetime import timedelta

import torch
import torch.distributed as dist

rank, size, port = map(int, sys.argv[1:])
dist.init_process_group(
    "gloo",
    init_method=f"tcp://127.0.0.1:{port}",
    rank=rank,
    world_size=size,
    timeout=timedelta(seconds=60),
)
total = torch.tensor([float(rank), 2.0])
dist.all_reduce(total)
told = torch.full((2,), float(rank))
dist.broadcast(told, src=0)
gathered = [torch.empty(1, dtype=torch.int64) for _ in range(size)]
dist.all_gather(gathered, torch.tensor([rank * 10]))
if rank == 1:
    dist.send(torch.tensor([7.0]), dst=0, tag=3)
dist.barrier()
print(json.dumps([total.tolist(), told.tolist(), [int(one) for one in gathered]]), flush=True)
dist.destroy_process_group()
