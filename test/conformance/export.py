"""Runs the samples of PyTorch's operator database and writes what they give.

    python test/conformance/export.py build/conformance [--limit 20] [--only name ...]

For every OpInfo and dtype: `calls.jsonl`, one line a sample (the operator of the dispatcher that it
calls, its arguments and all results), `<dtype>/<operator>.safetensors` with the tensors, and
`summary.json` with what was left out and why. Needs PyTorch 2.13 and numpy, and no other package.
"""

import argparse
import json
import pathlib
import time
import warnings

from exporter import stubs

stubs.install()

import torch  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

from exporter.record import Skip, record_sample  # noqa: E402
from exporter.resolve import exists_in_dispatcher  # noqa: E402
from exporter.store import TensorStore  # noqa: E402

FLOATS = {"float32": torch.float32, "float64": torch.float64}
# For operators that take no floating point: the first that they take.
OTHERS = {"int64": torch.int64, "complex128": torch.complex128, "bool": torch.bool}
DTYPES = {**FLOATS, **OTHERS}


def spread(items, limit):
    """At most `limit` of the items, evenly spaced over all of them."""
    if len(items) <= limit:
        return list(enumerate(items))
    return [(i * len(items) // limit, items[i * len(items) // limit]) for i in range(limit)]


def title(op):
    return op.name + (f".{op.variant_test_name}" if op.variant_test_name else "")


def dtypes_of(op):
    taken = {name: op.supports_dtype(dtype, "cpu") for name, dtype in DTYPES.items()}
    if any(taken[name] for name in FLOATS):
        return list(FLOATS)
    return [name for name in OTHERS if taken[name]][:1] or list(FLOATS)


def samples_of(op, dtype):
    torch.manual_seed(0)
    # Whether gradients are supported decides which samples there are.
    wanted = op.supports_autograd and dtype in op.supported_backward_dtypes("cpu")
    return list(op.sample_inputs("cpu", dtype, requires_grad=wanted))


def export_op(op, dtype_name, arguments, lines):
    """Writes the samples of one OpInfo; returns what there is to tell about them."""
    dtype = DTYPES[dtype_name]
    facts = {"op": title(op), "dtype": dtype_name, "samples": 0, "skipped": {}}
    facts["inDispatcher"] = exists_in_dispatcher(op)
    if not op.supports_dtype(dtype, "cpu"):
        facts["leftOut"] = "does not take this dtype on the CPU"
        return facts
    try:
        samples = samples_of(op, dtype)
    except Exception as error:  # samples of some need packages or devices that are not here
        facts["leftOut"] = f"has no samples here: {type(error).__name__}: {str(error)[:120]}"
        return facts
    facts["available"] = len(samples)
    file = f"{dtype_name}/{title(op)}.safetensors"
    store = TensorStore()
    for number, sample in spread(samples, arguments.limit):
        store.begin()
        try:
            record = record_sample(op, sample, store)
        except Skip as skip:
            store.abort()
            facts["skipped"][str(skip)] = facts["skipped"].get(str(skip), 0) + 1
            continue
        record.update(op=title(op), dtype=dtype_name, sample=number, file=file)
        lines.write(json.dumps(record) + "\n")
        facts["samples"] += 1
    if facts["samples"] > 0:
        store.write(arguments.folder / file)
    return facts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=20, help="samples of each OpInfo and dtype")
    parser.add_argument("--only", nargs="*", help="names of OpInfos")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    # The tensors are small: more threads only wait for each other.
    torch.set_num_threads(1)
    start = time.time()
    summary = []
    with stubs.fresh_folder(arguments.folder, DTYPES) as folder:
        with open(folder / "calls.jsonl", "w", encoding="utf8") as lines:
            for op in op_db:
                if arguments.only and op.name not in arguments.only:
                    continue
                for dtype_name in dtypes_of(op):
                    summary.append(export_op(op, dtype_name, arguments, lines))
        text = {"torch": torch.__version__, "limit": arguments.limit, "operators": summary}
        (folder / "summary.json").write_text(json.dumps(text, indent=1))
    total = sum(facts["samples"] for facts in summary)
    print(f"{total} samples of {len(summary)} operators and dtypes in {time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
