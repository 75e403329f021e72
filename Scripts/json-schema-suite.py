"""Runs JSON-Schema-Test-Suite (draft 2020-12) through the grammars of Tessera.

    Scripts/setup.sh json-schema                       # prints the folder for --suite
    python3 Scripts/json-schema-suite.py --suite $(Scripts/setup.sh json-schema)

A grammar must never accept what is not valid: that fails the run. It may leave out valid texts, since an object's
properties come in the order of the schema, and may refuse a schema whose keywords it does not have; both are counted.
Of a valid object every order of its members is tried, as long as there are few.
"""

import argparse
import collections
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile

ORDERS = 24


def spellings(value):
    """The value as JSON, its objects' members in every order, at most ORDERS of them."""
    return [json.dumps(order, ensure_ascii=False) for order in itertools.islice(orders(value), ORDERS)]


def orders(value):
    if isinstance(value, dict):
        for keys in itertools.permutations(value):
            for values in itertools.product(*(list(itertools.islice(orders(value[key]), ORDERS)) for key in keys)):
                yield dict(zip(keys, values))
    elif isinstance(value, list):
        for values in itertools.product(*(list(itertools.islice(orders(item), ORDERS)) for item in value)):
            yield list(values)
    else:
        yield value


def verdict(program, schema, text):
    """accepted, refused, or why the schema cannot be used."""
    run = subprocess.run([program, "grammar", "accepts", schema, "-"], input=text.encode(), capture_output=True)
    said = run.stderr.decode()
    if run.returncode == 0:
        return "accepted"
    if run.returncode != 1 or said.count("\n") != 1:
        raise SystemExit(f"{program} ended with {run.returncode} and said {said!r}")
    if ": byte " in said:
        return "refused"
    # A schema that nothing matches refuses everything.
    return "refused" if "no text of less than a mebibyte matches" in said else said.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tessera", default=".build/product/release/tessera", help="the program")
    parser.add_argument("--suite", required=True, help="what setup.sh json-schema prints")
    parser.add_argument("--reasons", action="store_true", help="print why schemas cannot be used")
    options = parser.parse_args()

    columns = ["schemas", "unsupported", "valid: accepted", "left out", "invalid: refused", "accepted"]
    print("| keyword | " + " | ".join(columns) + " |")
    print("| --- |" + " ---: |" * len(columns))
    totals, reasons, wrong = collections.Counter(), collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        schema = f"{folder}/schema.json"
        for path in sorted(pathlib.Path(options.suite, "json/tests/draft2020-12").glob("*.json")):
            counts = collections.Counter()
            for group in json.loads(path.read_text(encoding="utf-8")):
                pathlib.Path(schema).write_text(json.dumps(group["schema"]), encoding="utf-8")
                counts["schemas"] += 1
                for number, test in enumerate(group["tests"]):
                    for text in spellings(test["data"]):
                        found = verdict(options.tessera, schema, text)
                        if found != "refused":
                            break
                    if found not in ("accepted", "refused"):
                        if number > 0:
                            raise SystemExit(f"{path.name}: {group['description']}: {found}")
                        counts["unsupported"] += 1
                        reasons[found.split(folder)[-1]] += 1
                        break
                    if test["valid"]:
                        counts["valid: accepted" if found == "accepted" else "left out"] += 1
                    else:
                        counts["invalid: refused" if found == "refused" else "accepted"] += 1
                        if found == "accepted":
                            wrong.append(f"{path.stem}: {group['description']}: {test['description']}")
            print(f"| {path.stem} | " + " | ".join(str(counts[column]) for column in columns) + " |", flush=True)
            totals += counts
    print("| all | " + " | ".join(str(totals[column]) for column in columns) + " |")
    if options.reasons:
        for reason, count in reasons.most_common():
            print(f"{count:4} {reason}")
    for line in wrong:
        print(f"not valid, but accepted: {line}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
