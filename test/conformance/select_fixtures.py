"""Takes a small selection of what export.py wrote, for tests without Python.

    python test/conformance/select_fixtures.py build/conformance test/conformance/fixtures

Of every entry the cheapest float64 samples that are differentiated as often as any of its samples,
as long as they are small: `calls.jsonl` and `samples.safetensors`.
"""

import json
import math
import pathlib
import struct
import sys

LARGEST_SAMPLE = 6000
BUDGET = 950_000
# Free in the signs of vectors, which another processor's kernels may choose otherwise.
FREE = {"linalg.svd", "svd", "linalg.eig", "linalg.eigh", "svd_lowrank", "pca_lowrank"}
FILE = "samples.safetensors"


def read_tensors(path):
    """Name -> (dtype, shape, bytes) of a safetensors file."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    data = content[8 + length :]
    header = json.loads(content[8 : 8 + length])
    return {
        name: (entry["dtype"], entry["shape"], data[slice(*entry["data_offsets"])])
        for name, entry in header.items()
    }


def references(value):
    """The encoded tensors in a record."""
    if isinstance(value, list):
        return [found for item in value for found in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value] if isinstance(value.get("tensor"), str) else []
    return own + [found for item in value.values() for found in references(item)]


def orders(record):
    return sum(
        record[order] is not None and "gradients" in record[order] for order in ("first", "second")
    )


def measure(record, tensors):
    """How poor it is (2 with an empty tensor, 1 with single elements alone, else 0), and its bytes."""
    used = {reference["tensor"] for reference in references(record)}
    counts = [math.prod(tensors[name][1]) for name in used]
    poor = 2 if 0 in counts else int(max(counts, default=0) < 2)
    return poor, len(json.dumps(record)) + sum(len(tensors[name][2]) for name in used)


def candidates(records, tensors):
    """Samples of one entry from the richest and cheapest on."""
    most = max(map(orders, records))
    rich = [record for record in records if orders(record) == most]
    measured = sorted((*measure(record, tensors), i) for i, record in enumerate(rich))
    return [(size, rich[i]) for _, size, i in measured if size <= LARGEST_SAMPLE]


class Selection:
    """Records and their tensors, in one file; equal tensors are kept once."""

    def __init__(self):
        self.names = {}
        self.records = []

    def add(self, record, tensors):
        for reference in references(record):
            content = tensors[reference["tensor"]]
            key = (content[0], tuple(content[1]), content[2])
            reference["tensor"] = self.names.setdefault(key, str(len(self.names)))
        self.records.append({**record, "file": FILE})

    def write(self, folder):
        header, at = {}, 0
        for (dtype, shape, content), name in self.names.items():
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(content)]}
            at += len(content)
        head = json.dumps(header, separators=(",", ":")).encode()
        head += b" " * (-len(head) % 8)
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / FILE, "wb") as file:
            file.write(struct.pack("<Q", len(head)) + head)
            file.writelines(content for _, _, content in self.names)
        lines = [json.dumps(record, separators=(",", ":")) + "\n" for record in self.records]
        (folder / "calls.jsonl").write_text("".join(lines))
        return sum((folder / name).stat().st_size for name in (FILE, "calls.jsonl"))


def main(source, folder):
    by_op = {}
    with open(source / "calls.jsonl", encoding="utf8") as lines:
        for record in map(json.loads, lines):
            if record["dtype"] == "float64" and record["op"] not in FREE:
                by_op.setdefault(record["op"], []).append(record)
    ranked = []
    for records in by_op.values():
        tensors = read_tensors(source / records[0]["file"])
        for rank, (size, record) in enumerate(candidates(records, tensors)[:3]):
            ranked.append((rank, size, record, tensors))
    selection, spent = Selection(), 0
    # The first of every entry, then the second of every entry, as far as there is room.
    for rank, size, record, tensors in sorted(ranked, key=lambda item: item[:2]):
        if spent + size > BUDGET:
            break
        spent += size
        selection.add(record, tensors)
    total = selection.write(folder)
    entries = len({record["op"] for record in selection.records})
    print(f"{len(selection.records)} samples of {entries} entries in {total} bytes")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
