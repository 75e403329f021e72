"""Runs a command and measures it: seconds on the clock, seconds of processor time, most bytes of memory.

The kernel counts a process's peak from what the process that started it held. So a small one stands between: this file
run as a program, which prints the numbers.
"""

import json
import os
import subprocess
import sys
import time


def measured(command, environment=None):
    """The numbers of a command, which must succeed; its output is thrown away."""
    done = subprocess.run([sys.executable, "-S", "-B", __file__, *map(str, command)], capture_output=True, text=True,
                          env=environment)
    if done.returncode != 0:
        sys.exit(f"error: {command[0]}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return json.loads(done.stdout)


def main():
    began = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code == 0:
        unit = 1 if sys.platform == "darwin" else 1024
        print(json.dumps([time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit]))
    sys.exit(1 if code else 0)


if __name__ == "__main__":
    main()
