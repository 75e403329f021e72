#!/usr/bin/env python3
"""Compares the speed of training: Tessera's lab with PyTorch, and two processes of one thread with one of two.

    bench-lab.py --lab PROGRAM [--rounds 5] [--steps 6] [--threads 2] [--write DOCUMENT]

One Llama (4 layers, 256 wide, vocabulary 8192) is trained on the same batches of 8 texts of 256 tokens with clipping and
AdamW, from the same weights, in float32 and with bfloat16 autocast. Each run is a process of its own, in an order that
changes from round to round; the first steps of a process do not count. PyTorch runs the network of torch_llama.py with its
fused optimiser. Before any time counts, the losses of all steps must agree.

The exit status is 1 when losses differ or a required ratio is missed: 0.95 of PyTorch's speed, and two processes at most
15 % slower than one.
"""

import argparse
import datetime
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import torch_llama
from bench_report import machine, spread
from cpu_torch import load_torch

ROUNDS, STEPS = 5, 6
REQUIRED = {"PyTorch": 0.95, "processes": 1 / 1.15}
BATCH, TIME, WARMUP, RATE = 8, 256, 2, 3e-4
# Of the loss: what rounding may make of it over a few steps.
TOLERANCE = {"float32": 1e-4, "bfloat16": 5e-3}


def write_inputs(folder, steps):
    """Writes the network and its batches into the folder."""
    torch = load_torch()
    from safetensors.torch import save_file

    torch.manual_seed(1)
    torch_llama.write(torch_llama.make(torch), folder)
    tokens = torch.randint(0, torch_llama.SIZES["vocab_size"], (WARMUP + steps, BATCH, TIME + 1))
    save_file({"tokens": tokens}, folder / "batches.safetensors")


def train_torch(folder, precision, threads):
    """PyTorch's side, in a process of its own: prints what `tessera lab bench --json` does."""
    torch = load_torch()
    from safetensors.torch import load_file

    torch.set_grad_enabled(True)
    torch.set_num_threads(threads)
    network = torch_llama.make(torch)
    network.load_state_dict(load_file(folder / "model.safetensors"))
    parameters = list(network.parameters())
    groups = [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.1},
              {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.95), eps=1e-8, fused=True)
    losses, seconds = [], []
    for batch in load_file(folder / "batches.safetensors")["tokens"]:
        begin = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            logits = network(batch[:, :-1])
            loss = torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), batch[:, 1:].reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())
        seconds.append(time.perf_counter() - begin)
    print(json.dumps({"losses": losses, "seconds": seconds[WARMUP:]}))


def finished(process):
    """The JSON that a process printed; it must succeed."""
    output, errors = process.communicate()
    if process.returncode != 0:
        sys.exit(f"error: {process.args[0]}: {(errors.strip().splitlines() or ['no message'])[-1]}")
    return json.loads(output) if output.strip() else None


def start(command, environment=None):
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=os.environ | (environment or {}))


def run_torch(options, folder, precision):
    return finished(start([sys.executable, "-B", __file__, "--worker", folder, "--precision", precision, "--threads",
                           options.threads]))


def run_lab(options, folder, precision, processes=1):
    """The lab's side; several processes share the threads."""
    command = [options.lab, "lab", "bench", "--model", folder, "--batches", folder / "batches.safetensors",
               "--precision", precision, "--warmup", WARMUP, "--steps", options.steps, "--threads",
               max(1, options.threads // processes), "--json"]
    if processes == 1:
        return finished(start(command))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    meeting = {"WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    started = [start(command, meeting | {"RANK": str(rank)}) for rank in range(processes)]
    return [finished(process) for process in started][0]


def distance(first, second):
    """The largest difference of two lists of losses, as a share of them."""
    return max(abs(a - b) / a for a, b in zip(first["losses"], second["losses"], strict=True))


def compare(options, folder, precision, ours, theirs):
    """Runs both sides in turn; their step times by round, and by how much losses differ at most."""
    times, largest = ([], []), 0.0
    for number in range(options.rounds):
        sides = [(0, ours), (1, theirs)]
        found = [None, None]
        for place, side in sides if number % 2 == 0 else sides[::-1]:
            print(f"{precision}, round {number + 1} of {options.rounds}: {side[0]}", file=sys.stderr)
            found[place] = side[1](options, folder, precision)
            times[place].append(statistics.median(found[place]["seconds"]))
        largest = max(largest, distance(*found))
    return times, largest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--steps", type=int, default=STEPS, help="of a process that count")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", type=pathlib.Path, help="a document to put the report into")
    parser.add_argument("--worker", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--precision", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        train_torch(options.worker, options.precision, options.threads)
        return
    if not options.lab:
        parser.error("--lab is needed")
    ours = (f"1 process, {options.threads} threads", run_lab)
    pytorch = (f"PyTorch, {options.threads} threads", run_torch)
    halves = f"{options.threads} processes, 1 thread each"
    several = (halves, lambda *arguments: run_lab(*arguments, processes=options.threads))
    rows, missed = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_inputs(folder, options.steps)
        # The first of a pair is what is judged; its ratio is the other's time to its own.
        for key, precision, judged, other in [
            ("PyTorch", "float32", ours, pytorch), ("PyTorch", "bfloat16", ours, pytorch),
            ("processes", "float32", several, ours),
        ]:
            (mine, theirs), largest = compare(options, folder, precision, judged, other)
            ratios = [b / a for a, b in zip(mine, theirs)]
            ratio = statistics.median(ratios)
            what = f"{judged[0]}, to {other[0]}, {precision}"
            if largest > TOLERANCE[precision]:
                missed.append(f"{what}: losses differ by {largest:.1e} of them, more than {TOLERANCE[precision]:.0e}")
            if ratio < REQUIRED[key]:
                missed.append(f"{what}: {ratio:.2f}, required {REQUIRED[key]:.2f}")
            milliseconds = [[1000 * t for t in times] for times in (mine, theirs)]
            rows.append(f"| {judged[0]} | {other[0]} | {precision} | {spread(milliseconds[0], 0)} | "
                        f"{spread(milliseconds[1], 0)} | {spread(ratios, 2)} | >= {REQUIRED[key]:.2f} | {largest:.0e} |")
    usual = (options.rounds, options.steps) == (ROUNDS, STEPS)
    made = "make bench-lab" if usual else f"Scripts/bench-lab.sh --rounds {options.rounds} --steps {options.steps}"
    report = "\n".join([
        f"Training a Llama of 4 layers, 256 wide, vocabulary 8192, {BATCH} texts of {TIME} tokens a step: forward, backward, "
        "clipping and AdamW", "",
        "| Tessera's lab | beside | precision | its step, ms | the other's, ms | times as fast | required | losses differ by |",
        "|---|---|---|---:|---:|---:|---:|---:|", *rows, "",
        f"{datetime.date.today().isoformat()}; {machine()}; medians and ranges over {options.rounds} rounds of "
        f"{options.steps} steps, ratios taken within a round. Command: `{made}`."])
    print(report)
    if options.write:
        from bench import write_section

        write_section(options.write, report, "make bench-lab")
    for sentence in missed:
        print(f"MISSED {sentence}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
