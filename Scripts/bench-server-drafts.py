"""What drafts come to in `tessera serve`: the prompts that are kept with the program, one at a time and several at once.

Every run has a server of its own, since a table of successors that has seen an answer knows it the next time; runs with
and without drafts take turns. Answers are compared first: a speed for another text would not count. Tokens a second are
those of all answers in the time of the whole run, prompts included."""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

PROMPTS = pathlib.Path(__file__).parents[1] / "Sources/TesseraDecoding/Benchmark/Prompts"


class Server:
    """A server process on a free port of 127.0.0.1."""

    def __init__(self, program, model, threads, options):
        command = [program, "--model", model, "--threads", str(threads), "--port", "0", "--json", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(command)} did not start")
        self.address = json.loads(line)["url"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def answer(self, prompt, tokens, temperature):
        body = {"messages": [{"role": "user", "content": prompt}], "max_tokens": tokens,
                "temperature": temperature, "seed": 1}
        request = urllib.request.Request(self.address + "/v1/chat/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=600) as reply:
            value = json.load(reply)
        return value["choices"][0]["message"]["content"], value["usage"]["completion_tokens"]

    def metric(self, name):
        with urllib.request.urlopen(self.address + "/metrics", timeout=10) as reply:
            for line in reply.read().decode().splitlines():
                if line.startswith(f"tessera_{name} "):
                    return int(line.split()[1])
        return 0


def run(arguments, prompts, clients, options):
    """Answers all prompts, `clients` at once: the answers, tokens a second, and passes, drafts read and drafts held."""
    with Server(arguments.tessera, arguments.model, arguments.threads, options) as server:
        answers = [None] * len(prompts)
        left = list(range(len(prompts)))[::-1]

        def work():
            while left:
                try:
                    index = left.pop()
                except IndexError:
                    return
                answers[index] = server.answer(prompts[index], arguments.tokens, arguments.temperature)

        workers = [threading.Thread(target=work) for _ in range(clients)]
        began = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        seconds = time.perf_counter() - began
        if None in answers:
            sys.exit("a request failed")
        names = ("model_passes_total", "drafted_tokens_total", "accepted_tokens_total")
        counts = [server.metric(name) for name in names]
        return [text for text, _ in answers], sum(count for _, count in answers) / seconds, counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tessera", required=True, help="the program tessera-server")
    parser.add_argument("--model", required=True)
    parser.add_argument("--draft", default="auto")
    parser.add_argument("--kind", action="append", choices=["code", "summary", "chat"])
    parser.add_argument("--clients", action="append", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=160)
    parser.add_argument("--temperature", type=float, default=0)
    arguments = parser.parse_args()
    print("| prompts | at once | plain tokens/s | drafts tokens/s | times | passes | drafts read, held |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for kind in arguments.kind or ["code"]:
        prompts = (PROMPTS / f"{kind}.txt").read_text()[:-1].split("\n----\n")
        for clients in arguments.clients or [1, 4]:
            rates = {"none": [], arguments.draft: []}
            expected, counts = None, {}
            for _ in range(arguments.rounds):
                for method in rates:
                    answers, rate, counts[method] = run(arguments, prompts, clients, ["--draft", method])
                    expected = expected or answers
                    if answers != expected:
                        sys.exit(f"{kind}, {clients} at once, --draft {method}: the answers differ")
                    rates[method].append(rate)
            plain, drafted = rates.values()
            passes, read, held = counts[arguments.draft]
            ratios = [mine / theirs for mine, theirs in zip(drafted, plain)]
            print(f"| {kind} | {clients} | {statistics.median(plain):.0f} | {statistics.median(drafted):.0f} "
                  f"| {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) "
                  f"| {counts['none'][0]:,}, {passes:,} | {read:,}, {held:,} |", flush=True)


if __name__ == "__main__":
    main()
