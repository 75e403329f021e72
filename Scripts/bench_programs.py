"""Runs the two programs that `bench.py` compares, and measures their processes."""

import json
import os
import pathlib
import subprocess
import sys
import time

PROMPT_TOKENS = 512
GENERATED_TOKENS = 128


def fail(message):
    sys.exit(f"error: {message}")


def output(command, text=None):
    """Standard output of `command`; ends the program with the command's own last line when it fails."""
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    if result.returncode != 0:
        reason = (result.stderr.strip().splitlines() or ["no message"])[-1]
        fail(f"{' '.join(map(str, command))}: exit status {result.returncode}: {reason}")
    return result.stdout


class Tessera:
    """Our program."""

    def __init__(self, program, model, threads):
        self.program, self.model, self.threads = program, model, threads

    def flags(self):
        return ["--model", self.model, "--threads", str(self.threads)]

    def rates(self):
        """Tokens a second of one round: prompt and generation."""
        sizes = ["--prompt-tokens", str(PROMPT_TOKENS), "--generated-tokens", str(GENERATED_TOKENS)]
        command = [self.program, "bench", "decode", "--json", "--repetitions", "1", *sizes, *self.flags()]
        found = json.loads(output(command))
        self.instruction_set = found["instructionSet"]
        return {"prompt": found["prompt"]["runs"][0], "generation": found["generation"]["runs"][0]}

    def encode(self, text):
        command = [self.program, "tokenizer", "encode", "--json", "--tokenizer", self.model]
        return json.loads(output(command, text))["ids"]

    def decode(self, ids):
        command = [self.program, "tokenizer", "decode", "--tokenizer", self.model]
        return output(command, " ".join(map(str, ids)))[:-1]  # it ends the line

    def greedy(self, text, count):
        command = [self.program, "generate", "--json", "--max-tokens", str(count), *self.flags()]
        return json.loads(output(command, text))["tokens"]

    def first_token_command(self):
        prompt = "The capital of France is"
        return [self.program, "generate", "--max-tokens", "1", *self.flags(), prompt]

    def version(self):
        return output([self.program, "--version"]).strip()


class LlamaCpp:
    """llama.cpp, in the folder that `build-llama-cpp.sh` prints."""

    def __init__(self, folder, model, threads):
        self.folder, self.model, self.threads = folder, model, threads

    def rates(self):
        """Tokens a second of one round, for each way of computing attention: off and on is flash attention."""
        command = [self.folder / "llama-bench", "-m", self.model, "-p", str(PROMPT_TOKENS), "-n", str(GENERATED_TOKENS)]
        command += ["-t", str(self.threads), "-r", "1", "-fa", "0,1", "-o", "json"]
        rates = {}
        for row in json.loads(output(command)):
            job = "prompt" if row["n_prompt"] else "generation"
            rates[job, "flash attention " + ("on" if row["flash_attn"] in (1, True) else "off")] = row["avg_ts"]
        return rates

    def greedy(self, text, count):
        """The prompt's ids, the ids that follow, and by how much each led the second best."""
        command = [self.folder / "llama-greedy", self.model, str(count), str(self.threads)]
        found = json.loads(output(command, text))
        return found["prompt"], found["tokens"], found["leads"]

    def compiler(self):
        """The name and version of the compiler it was built with."""
        cached = (self.folder.parent / "CMakeCache.txt").read_text().splitlines()
        path = next(line.partition("=")[2] for line in cached if line.startswith("CMAKE_CXX_COMPILER:"))
        return output([path, "--version"]).splitlines()[0]


def seconds_to_first_byte(command):
    """From starting the process to the first byte on its standard output, and its largest anonymous memory in bytes.

    Anonymous memory leaves out the mapped model file, so it tells whether the weights were copied. Linux only.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    os.set_blocking(process.stdout.fileno(), False)
    first, anonymous = None, 0
    while first is None and process.poll() is None:
        if process.stdout.read(1):
            first = time.perf_counter() - start
        anonymous = max(anonymous, anonymous_bytes(process.pid))
        time.sleep(0.001)
    os.set_blocking(process.stdout.fileno(), True)
    rest = process.communicate()[0]
    if first is None and rest:
        first = time.perf_counter() - start
    if process.returncode != 0 or first is None:
        fail(f"{' '.join(map(str, command))}: exit status {process.returncode}, no output")
    return first, anonymous


def anonymous_bytes(process_id):
    try:
        status = pathlib.Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return 0
    lines = [line.split() for line in status.splitlines() if line.startswith("RssAnon:")]
    return int(lines[0][1]) * 1024 if lines else 0


def seconds_of(command, text=None):
    """From starting the process to its end."""
    start = time.perf_counter()
    output(command, text)
    return time.perf_counter() - start
