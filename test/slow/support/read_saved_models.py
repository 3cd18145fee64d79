"""The tensors of safetensors files, read by Python's own library: for each file a line of JSON, { name: { dtype, shape,
values } }."""
import json
import sys

from safetensors import safe_open


def plain(value):
    """What is not finite is a word, for which JSON has no number."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value


for path in sys.argv[1:]:
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    print(
        json.dumps(
            {
                name: {"dtype": str(a.dtype), "shape": list(a.shape), "values": [plain(v) for v in a.ravel().tolist()]}
                for name, a in tensors.items()
            }
        )
    )
