"""An encoder fine-tuned on pairs by transformers and PyTorch, for `npm run bench:fine-tune`.

A server: one JSON request a line on standard input, one JSON answer a line on standard output.
  {"model": folder, "decay": λ, "steps": [{"rate": α, "one": [[101, ..], ..], "other": [..], "targets": [1, 0, ..]}]}
      ->  {"ms": [CPU time, wall time, loss of the first step, loss of the second, ..]}
  or {"error": ".."}
"""
import json
import sys
import time

THREADS = int(sys.argv[1])


def padded(torch, lists):
    length = max(map(len, lists))
    ids = torch.tensor([one + [0] * (length - len(one)) for one in lists])
    mask = torch.tensor([[1] * len(one) + [0] * (length - len(one)) for one in lists])
    return ids, mask


def tune(request):
    import torch
    from transformers import AutoModel

    torch.set_num_threads(THREADS)
    # Without dropout, so that the losses can be compared.
    model = AutoModel.from_pretrained(request["model"]).eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.0, weight_decay=request["decay"])

    def vectors(lists):
        ids, mask = padded(torch, lists)
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * kept).sum(1) / kept.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(pooled, dim=-1)

    losses = []
    cpu, wall = time.process_time(), time.perf_counter()
    for step in request["steps"]:
        for group in optimizer.param_groups:
            group["lr"] = step["rate"]
        x = vectors(step["one"] + step["other"])
        one, other = x.split(len(step["one"]))
        cosines = torch.nn.functional.cosine_similarity(one, other)
        loss = torch.nn.functional.mse_loss(cosines, torch.tensor(step["targets"]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return [(time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3, *losses]


for line in sys.stdin:
    try:
        answer = {"ms": tune(json.loads(line))}
    except Exception as error:  # noqa: BLE001 told to the other side
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
