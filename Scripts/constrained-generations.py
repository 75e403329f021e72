"""Lets the default model write JSON for twenty schemas through the server, and lets Python judge what comes.

    make server model
    PYTHONPATH=$(Scripts/setup.sh json-schema) python3 Scripts/constrained-generations.py --count 1000

Every answer must parse with Python's json module and be valid for jsonschema; one that is not fails the run. Answers
are drawn at temperature 1, eight requests at once, each with few tokens or many.
"""

import argparse
import concurrent.futures
import http.client
import json
import pathlib
import subprocess
import sys
import time


def start(program, model):
    arguments = [program, "--port", "0", "--json"] + (["--model", model] if model else [])
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line:
        sys.exit(f"{program} did not start")
    return process, json.loads(line)["port"]


def post(port, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST" if body else "GET", path, json.dumps(body) if body else None,
                       {"Content-Type": "application/json"})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    if response.status != 200:
        raise SystemExit(f"{path}: {response.status}: {text}")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=".build/product/release/tessera-server", help="the program")
    parser.add_argument("--model", help="the default model when left out")
    parser.add_argument("--count", type=int, default=1000, help="generations")
    parser.add_argument("--schemas", default=pathlib.Path(__file__).with_name("grammar-schemas.json"))
    parser.add_argument("--at-once", type=int, default=8, help="requests at once")
    options = parser.parse_args()
    import jsonschema

    with open(options.schemas, encoding="utf-8") as file:
        schemas = list(json.load(file).items())
    validators = {name: jsonschema.Draft202012Validator(entry["schema"]) for name, entry in schemas}
    process, port = start(options.server, options.model)

    def generate(number):
        name, entry = schemas[number % len(schemas)]
        # The shortest text of the largest schema has some 150 tokens.
        body = {
            "messages": [{"role": "user", "content": f"Write an example of {entry['what']} as JSON."}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": entry["schema"]}},
            "temperature": 1, "seed": number, "max_tokens": [220, 260, 320][number // len(schemas) % 3],
        }
        answer = json.loads(post(port, "/v1/chat/completions", body))
        text = answer["choices"][0]["message"]["content"]
        tokens = answer["usage"]["completion_tokens"]
        try:
            validators[name].validate(json.loads(text))
        except (ValueError, jsonschema.ValidationError) as error:
            return name, tokens, f"{text!r}: {error}"
        return name, tokens, None

    begin = time.perf_counter()
    try:
        with concurrent.futures.ThreadPoolExecutor(options.at_once) as pool:
            results = list(pool.map(generate, range(options.count)))
        seconds = time.perf_counter() - begin
        metrics = dict(line.rsplit(" ", 1) for line in post(port, "/metrics", None).splitlines() if line[0] != "#")
    finally:
        process.terminate()
        process.wait()
    wrong = [(name, problem) for name, _, problem in results if problem]
    tokens = sum(count for _, count, _ in results)
    masks = int(metrics["tessera_grammar_mask_seconds_count"])
    mask_seconds = float(metrics["tessera_grammar_mask_seconds_sum"])
    pass_seconds = float(metrics["tessera_model_pass_seconds_sum"])
    print(f"{options.count - len(wrong)} of {options.count} generations parse and are valid; {tokens} tokens in "
          f"{seconds:.0f} s, {tokens / seconds:.0f} a second")
    print(f"{masks} masks took {mask_seconds * 1e6 / max(1, masks):.1f} microseconds on average, "
          f"{mask_seconds / (mask_seconds + pass_seconds) * 100:.2f} % of the model's time")
    print(f"{metrics['tessera_grammars_compiled_total']} grammars compiled in "
          f"{float(metrics['tessera_grammar_compile_seconds_sum']):.2f} s, found again "
          f"{metrics['tessera_grammars_reused_total']} times")
    for name, problem in wrong[:10]:
        print(f"{name}: {problem}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
