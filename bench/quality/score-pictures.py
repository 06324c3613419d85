"""Reads lines of JSON, ["reference", "picture"], and answers each with the picture's score."""

import json
import sys

from ssimulacra2 import compute_ssimulacra2

for line in sys.stdin:
    try:
        reference, picture = json.loads(line)
        answer = {"score": float(compute_ssimulacra2(reference, picture))}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
