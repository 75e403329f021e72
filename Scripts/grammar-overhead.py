"""What a grammar adds to the time of a generation: tessera bench constrained over twenty schemas.

    Scripts/bench-grammar.sh overhead
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tessera", default=".build/product/release/tessera", help="the program")
    parser.add_argument("--model", required=True, help="a GGUF file or a folder")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each schema")
    parser.add_argument("--schemas", default=pathlib.Path(__file__).with_name("grammar-schemas.json"))
    options = parser.parse_args()
    with open(options.schemas, encoding="utf-8") as file:
        schemas = json.load(file)
    overheads, tokens = [], 0
    print("| schema | tokens | ms a token, with | without | overhead, % | compiling, ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for name, entry in schemas.items():
            path = pathlib.Path(folder, "schema.json")
            path.write_text(json.dumps(entry["schema"]), encoding="utf-8")
            run = subprocess.run(
                [options.tessera, "bench", "constrained", "--model", options.model, "--json-schema", path, "--rounds",
                 str(options.rounds), "--prompt", f"An example of {entry['what']}, written as JSON:\n", "--json"],
                check=True, stdout=subprocess.PIPE)
            found = json.loads(run.stdout)
            overheads.append(found["overhead"] * 100)
            tokens += found["tokens"]
            print(f"| {name} | {found['tokens']} | {found['constrainedSecondsPerToken'] * 1e3:.2f} | "
                  f"{found['freeSecondsPerToken'] * 1e3:.2f} | {overheads[-1]:.1f} | "
                  f"{found['compileSeconds'] * 1e3:.1f} |", flush=True)
    median = statistics.median(overheads)
    print(f"overhead: median {median:.2f} %, from {min(overheads):.1f} to {max(overheads):.1f}; {tokens} tokens; "
          f"required below 5, aim 3")
    sys.exit(0 if median < 5 else 1)


if __name__ == "__main__":
    main()
