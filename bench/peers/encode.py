"""Texts to vectors by transformers, for `npm run bench:encode`, and the same model written as ONNX.

A server: one JSON request a line on standard input, one JSON answer a line on standard output.
  {"export": folder}                    ->  {"ms": []} once float32.onnx and, if it can, int8.onnx are there
  {"batches": [[[101, 2129, ..], ..]]}  ->  {"ms": [CPU time, wall time]}
  or {"error": ".."}
The first request has "model": the folder of the model.
"""
import json
import os
import sys
import time

THREADS = int(sys.argv[1])


class Encoder:
    def __init__(self, folder, attention="sdpa"):
        import torch
        from transformers import AutoModel

        torch.set_num_threads(THREADS)
        self.torch = torch
        self.model = AutoModel.from_pretrained(folder, attn_implementation=attention).eval()

    def padded(self, lists):
        length = max(map(len, lists))
        ids = self.torch.tensor([one + [0] * (length - len(one)) for one in lists])
        mask = self.torch.tensor([[1] * len(one) + [0] * (length - len(one)) for one in lists])
        return ids, mask

    def vectors(self, ids, mask):
        hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * kept).sum(1) / kept.sum(1).clamp(min=1e-9)
        return self.torch.nn.functional.normalize(pooled, dim=-1)

    def encode(self, batches):
        cpu, wall = time.process_time(), time.perf_counter()
        with self.torch.inference_mode():
            for lists in batches:
                self.vectors(*self.padded(lists))
        return [(time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3]


def export(folder, to):
    encoder = Encoder(folder, "eager")
    torch = encoder.torch

    class Pooled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = encoder.model

        def forward(self, ids, mask):
            return encoder.vectors(ids, mask)

    path = os.path.join(to, "float32.onnx")
    axes = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        Pooled(),
        encoder.padded([[101, 2129, 102], [101, 102]]),
        path,
        input_names=["ids", "mask"],
        output_names=["vectors"],
        dynamic_axes={"ids": axes, "mask": axes, "vectors": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(path, os.path.join(to, "int8.onnx"), weight_type=QuantType.QInt8)
    return []


def main():
    answers = os.fdopen(os.dup(1), "w")
    # Exporters print: only answers belong on standard output.
    os.dup2(2, 1)
    encoder = None
    folder = None
    for line in sys.stdin:
        request = json.loads(line)
        folder = request.get("model", folder)
        try:
            if "export" in request:
                ms = export(folder, request["export"])
            else:
                encoder = encoder or Encoder(folder)
                ms = encoder.encode(request["batches"])
            answer = {"ms": ms}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
