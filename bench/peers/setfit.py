"""SetFit's recipe by transformers and PyTorch, for `npm run bench:setfit`: an encoder fine-tuned on pairs of texts for
one epoch, and logistic regression on its vectors. Lewis Tunstall et al. 2022, https://arxiv.org/abs/2209.11055

A server: one JSON request a line on standard input, one JSON answer a line on standard output.
  {"model": folder, "seed": s, "iterations": R, "ids": [[101, ..], ..], "y": [0, ..], "test": [[101, ..], ..],
   "testY": [0, ..]}
      ->  {"ms": [CPU time, wall time, accuracy from 0 to 1, steps]}, times without the encoding of the test texts
  or {"error": ".."}
"""
import json
import random
import sys
import time

THREADS = int(sys.argv[1])
BATCH, RATE, DECAY, WARM_UP = 16, 2e-5, 0.01, 0.1


def pairs_of(y, iterations, source):
    """R pairs of one label and R of two for each text."""
    rows = {}
    for row, label in enumerate(y):
        rows.setdefault(label, []).append(row)
    pairs = []
    for row, label in enumerate(y):
        own = [other for other in rows[label] if other != row]
        for _ in range(iterations):
            if own:
                pairs.append((row, source.choice(own), 1.0))
            while y[other := source.randrange(len(y))] == label:
                pass
            pairs.append((row, other, 0.0))
    source.shuffle(pairs)
    return pairs


def tune(request):
    import torch
    from transformers import AutoModel

    torch.set_num_threads(THREADS)
    torch.manual_seed(request["seed"])
    ids, y = request["ids"], request["y"]
    model = AutoModel.from_pretrained(request["model"])

    def vectors(lists):
        length = max(map(len, lists))
        batch = torch.tensor([one + [0] * (length - len(one)) for one in lists])
        mask = torch.tensor([[1] * len(one) + [0] * (length - len(one)) for one in lists])
        hidden = model(input_ids=batch, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * kept).sum(1) / kept.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(pooled, dim=-1)

    def encode(lists):
        model.eval()
        order = sorted(range(len(lists)), key=lambda row: len(lists[row]))
        out = [None] * len(lists)
        with torch.inference_mode():
            for at in range(0, len(order), 32):
                chosen = order[at : at + 32]
                for row, x in zip(chosen, vectors([lists[row] for row in chosen])):
                    out[row] = x.clone()
        return torch.stack(out).double()

    cpu, wall = time.process_time(), time.perf_counter()
    pairs = pairs_of(y, request["iterations"], random.Random(request["seed"]))
    batches = [pairs[at : at + BATCH] for at in range(0, len(pairs), BATCH)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    warm = max(1, round(WARM_UP * len(batches)))
    model.train()
    for step, batch in enumerate(batches):
        left = (len(batches) - step) / max(1, len(batches) - warm)
        for group in optimizer.param_groups:
            group["lr"] = RATE * min((step + 1) / warm, left)
        one = vectors([ids[a] for a, _, _ in batch])
        other = vectors([ids[b] for _, b, _ in batch])
        cosines = torch.nn.functional.cosine_similarity(one, other)
        loss = torch.nn.functional.mse_loss(cosines, torch.tensor([same for _, _, same in batch]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    weight, bias = regression(torch, encode(ids), torch.tensor(y))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    right = (encode(request["test"]) @ weight + bias).argmax(1) == torch.tensor(request["testY"])
    return [cpu * 1e3, wall * 1e3, right.double().mean().item(), len(batches)]


def regression(torch, x, y):
    """As scikit-learn's LogisticRegression with C = 1: the sum of cross-entropies and half the squared weights."""
    weight = torch.zeros(x.shape[1], int(y.max()) + 1, dtype=x.dtype, requires_grad=True)
    bias = torch.zeros(weight.shape[1], dtype=x.dtype, requires_grad=True)
    solver = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def loss():
        solver.zero_grad()
        value = torch.nn.functional.cross_entropy(x @ weight + bias, y, reduction="sum")
        value = value + weight.square().sum() / 2
        value.backward()
        return value

    solver.step(loss)
    return weight.detach(), bias.detach()


for line in sys.stdin:
    try:
        answer = {"ms": tune(json.loads(line))}
    except Exception as error:  # noqa: BLE001 told to the other side
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
