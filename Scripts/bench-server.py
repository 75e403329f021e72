"""Load on `tessera serve`, beside llama-server: the same file, the same threads, in turns.

- 16 clients at once, each streaming 128 tokens: tokens a second of all together, time to the first token.
- Tessera's memory after 200 and after 2,000 requests.
- 1,000 connections that say nothing, and how long a request to Tessera takes beside them.

Greedy texts of both are compared first: a speed for another text would not count. The tokens that end a text are biased
away on both sides: without that `ignore_eos` means two things, reading on after such a token here and never drawing it there.
The machine must be otherwise idle: a program that competes for the cores slows llama-server down tenfold and more.
"""

import argparse
import asyncio
import json
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.request

from bench_server_client import complete, whole

QUESTIONS = [
    "Explain in simple words why the sky is blue and sunsets are red.",
    "Write a short story about a lighthouse keeper who finds a letter.",
    "List the steps to repair a bicycle tyre at the side of a road.",
    "Describe how bread is made from flour, water, salt and yeast.",
    "What should a traveller pack for a week in the mountains?",
    "Tell me how a library decides which books it will buy.",
    "Give advice to someone who plants a garden for the first time.",
    "Why do cats sleep so much, and how do they wake so quickly?",
]


def prompts(count, rounds):
    """Different prompts of about equal length, so that no cache of prompts helps either side."""
    return [[f"Question {round_ * count + index}. {QUESTIONS[index % len(QUESTIONS)]}\nAnswer:"
             for index in range(count)] for round_ in range(rounds)]


class Server:
    """A server process on a port of 127.0.0.1."""

    def __init__(self, name, command, port):
        self.name = name
        self.port = port
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + 120
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > limit:
                sys.exit(f"{name} did not start: {' '.join(command)}")
            time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def resident(self):
        """Resident memory that is the process's own, in MiB: mapped weights are the file's."""
        total = 0
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                total = int(line.split()[1])
        return total / 1024


def bias_against_ends(server):
    """The field that keeps a text from ending: the end's own token, and those of chats, may not be drawn."""
    ends = []
    for text in ("<|im_end|>", "<|endoftext|>", "</s>", "<|eot_id|>"):
        body = json.dumps({"content": text}).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/tokenize", body, timeout=10) as answer:
            ids = json.load(answer)["tokens"]
        ends += ids if len(ids) == 1 else []
    return {"logit_bias": {str(id_): -100 for id_ in ends}}


async def load(server, texts, tokens, fields):
    """All clients at once: tokens a second and the times to their first tokens."""
    began = time.perf_counter()
    streams = await asyncio.gather(*(complete(server.port, text, tokens, **fields) for text in texts))
    seconds = time.perf_counter() - began
    return sum(stream.tokens for stream in streams) / seconds, [stream.first for stream in streams]


async def idle_connections(server, count):
    """The time of a short request beside `count` open connections, in milliseconds."""
    opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(count)]
    times = []
    for index in range(5):
        began = time.perf_counter()
        await whole(server.port, f"Say {index}", 1)
        times.append((time.perf_counter() - began) * 1000)
    for _, writer in opened:
        writer.close()
    return statistics.median(times)


async def requests(server, count, at_once=8):
    """`count` short requests, some at once."""
    gate = asyncio.Semaphore(at_once)

    async def one(index):
        async with gate:
            await whole(server.port, f"Number {index}: once upon a time", 4)

    await asyncio.gather(*(one(index) for index in range(count)))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def spread(values, places=0):
    return f"{statistics.median(values):.{places}f} ({min(values):.{places}f}-{max(values):.{places}f})"


async def measure(options, servers):
    tessera = servers[0]
    fields = bias_against_ends(tessera)
    same = 0
    if len(servers) > 1:
        for text in prompts(len(QUESTIONS), 1)[0]:
            ours = await complete(tessera.port, text, 16, **fields)
            theirs = await complete(servers[1].port, text, 16, **fields)
            same += ours.text == theirs.text
        print(f"greedy texts of 16 tokens that are equal: {same} of {len(QUESTIONS)}", file=sys.stderr)

    rates = {server.name: [] for server in servers}
    firsts = {server.name: [] for server in servers}
    for round_, texts in enumerate(prompts(options.clients, options.rounds + 1)):
        for server in servers if round_ % 2 else servers[::-1]:
            rate, first = await load(server, texts, options.tokens, fields)
            print(f"{server.name}: {rate:.0f} tokens/s, first tokens {percentile(first, .5):.2f} s, "
                  f"p95 {percentile(first, .95):.2f} s", file=sys.stderr)
            if round_ > 0:  # the first round warms up
                rates[server.name].append(rate)
                firsts[server.name].append(first)
    halves = {name: [percentile(first, .5) for first in lists] for name, lists in firsts.items()}
    tails = {name: [percentile(first, .95) for first in lists] for name, lists in firsts.items()}

    # With what it needs for its busiest moment, as after any load.
    await requests(tessera, 200)
    after200 = tessera.resident()
    await requests(tessera, options.requests - 200)
    after = tessera.resident()
    print(f"{after200:.0f} MiB after 200 requests, {after:.0f} MiB after {options.requests}", file=sys.stderr)
    beside = await idle_connections(tessera, options.idle)

    names = [server.name for server in servers]

    def ratio(lists, places=2):
        """Tessera's beside the other's, round by round."""
        if len(servers) < 2:
            return ""
        return spread([ours / theirs for ours, theirs in zip(lists[names[0]], lists[names[1]])], places)

    rest = [""] * len(servers)
    rows = [
        (f"{options.clients} clients of {options.tokens} tokens, tokens/s of all",
         *(spread(rates[name]) for name in names), ratio(rates)),
        ("time to first token, median of the clients, s", *(spread(halves[name], 2) for name in names), ratio(halves)),
        ("time to first token, 95th percentile, s", *(spread(tails[name], 2) for name in names), ratio(tails)),
        ("own memory after 200 requests, MiB", f"{after200:.0f}", *rest),
        (f"own memory after {options.requests:,} requests, MiB", f"{after:.0f}", *rest),
        ("growth", f"{(after / after200 - 1) * 100:+.1f} %", *rest),
        (f"a request of one token beside {options.idle:,} idle connections, ms", f"{beside:.0f}", *rest),
    ]
    print(f"| {options.rounds} rounds in turns, {options.threads} threads, {pathlib.Path(options.model).name} "
          f"| {' | '.join(names)} | ratio |")
    print("|---|" + "---:|" * (len(names) + 1))
    if len(servers) > 1:
        rows.insert(0, (f"greedy texts of 16 tokens that are equal, of {len(QUESTIONS)}", str(same), str(same), ""))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tessera", required=True, help="the program tessera-server")
    parser.add_argument("--llama", help="the program llama-server; without it Tessera is measured alone")
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--idle", type=int, default=1000)
    options = parser.parse_args()
    slots = options.clients
    # Room for 512 tokens a client on both sides.
    servers = []
    try:
        servers.append(Server("Tessera", [
            options.tessera, "--model", options.model, "--port", "18081", "--threads", str(options.threads),
            "--cache-memory", "512"], 18081))
        if options.llama:
            servers.append(Server("llama-server", [
                options.llama, "--model", options.model, "--port", "18082", "--host", "127.0.0.1",
                "--threads", str(options.threads), "--threads-batch", str(options.threads), "-np", str(slots),
                "-c", str(slots * 512), "--no-webui"], 18082))
        asyncio.run(measure(options, servers))
    finally:
        for server in servers:
            server.stop()


main()
