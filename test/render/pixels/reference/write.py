"""Writes all cases to a folder: the files, the expected pixels as raw RGBA, and what is known about them, as JSON."""

import json
import sys
from pathlib import Path

import numpy as np


def facts_of(case, number):
    first = case.frames[0]
    return {
        "name": case.name,
        "group": case.group,
        "bound": case.bound,
        "reference": case.reference,
        "recipe": case.recipe,
        "file": f"{number}.{case.ending}",
        "width": first.shape[1],
        "height": first.shape[0],
        "frames": len(case.frames),
        "delays": case.delays,
        "plays": case.plays,
    }


def write_case(folder, number, case):
    facts = facts_of(case, number)
    (folder / facts["file"]).write_bytes(case.file)
    (folder / f"{number}.expected").write_bytes(np.concatenate(case.frames).tobytes())
    return facts


def main(folder, groups):
    cases = [case for group in groups for case in __import__(group).cases()]
    facts = [write_case(Path(folder), number, case) for number, case in enumerate(cases)]
    (Path(folder) / "cases.json").write_text(json.dumps(facts))


main(sys.argv[1], sys.argv[2:])
