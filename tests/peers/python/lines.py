"""What the drivers in Python have in common: lines of JSON on stdin and stdout."""

import json
import sys
import time


def serve(jobs, timed):
    """By name, `jobs` answer a case, and `timed` make of an input what is to be timed."""
    for line in sys.stdin:
        request = json.loads(line)
        if "time" in request:
            answer = per_call(timed.get(request["time"]), request)
        elif request["job"] in jobs:
            try:
                answer = jobs[request["job"]](request)
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
        else:
            answer = None
        print(json.dumps(answer), flush=True)


def per_call(prepare, request):
    """Nanoseconds per call, or None where there is no such job."""
    if prepare is None:
        return None
    job = prepare(request["input"])
    calls = range(request["calls"])
    started = time.perf_counter_ns()
    for _ in calls:
        job()
    return (time.perf_counter_ns() - started) / request["calls"]
