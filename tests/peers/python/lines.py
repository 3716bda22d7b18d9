"""What the programs in Python have in common: lines of JSON on stdin and stdout."""

import json
import sys
import time


def serve(jobs):
    """By name, `jobs` make of an input what answers it, or None if the library cannot."""
    for line in sys.stdin:
        request = json.loads(line)
        prepare = jobs.get(request.get("time") or request["job"])
        job = prepare and prepare(request.get("input") or request)
        print(json.dumps(job and answer(job, request.get("calls"))), flush=True)


def answer(job, calls):
    """What the job returns, or nanoseconds per call."""
    if not calls:
        try:
            return job()
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
    repeated = range(calls)
    started = time.perf_counter_ns()
    for _ in repeated:
        job()
    return (time.perf_counter_ns() - started) / calls
