"""Compares a built program with the reference libraries on many texts; see `golden-tokenizers.py --compare`.

The texts are drawn once, the eleven families in turn, and are the same for every tokenizer but for the spellings of its
added tokens. Tokenizers that cut, normalize and merge by the same rules are one family: its first one, the largest file,
sees all texts, the others the first of them. Files with one definition are told too.
"""

import collections
import hashlib
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

from conformance_texts import Texts, expand
from bench import write_section
from golden_references import VERSIONS

# The reference's threads would only take turns with our process, which runs beside it.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

KEYS = ("ids", "offsets", "decoded", "as text")
SHOWN = 3
BATCH = 11_000
BEGIN, END = "<!-- conformance table: begin -->", "<!-- conformance table: end -->"


class Program:
    """Our command line, one process for each question, texts as JSON strings a line."""

    def __init__(self, program, reference):
        self.program, self.reference = program, reference

    def ask(self, verb, lines, *flags):
        """What the program prints when it is asked about `lines`, given in a file so that it need not answer each at once."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(("\n".join(lines) + "\n").encode())
            file.flush()
            command = [self.program, "tokenizer", verb, "--tokenizer", self.reference.path, *flags]
            given = {"stdin": file.file} if verb == "decode" else {}
            file.seek(0)
            done = subprocess.run(command + ([] if given else [file.name]), capture_output=True, **given)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace").strip() or f"exit {done.returncode}")
        return done.stdout

    def answers(self, verb, lines, *flags):
        answers = [json.loads(line) for line in self.ask(verb, lines, "--json", *flags).splitlines()]
        if len(answers) != len(lines):
            raise RuntimeError(f"{len(answers)} answers to {len(lines)} texts")
        return answers

    def encode(self, texts, *flags):
        return self.answers("encode", [json.dumps(text) for text in texts], "--json-lines", *flags)

    def ids(self, texts, *flags):
        """A list of ids for each text."""
        lines = self.ask("encode", [json.dumps(text) for text in texts], "--json-lines", *flags).decode()
        return [[int(id) for id in line.split()] for line in lines.split("\n")[:-1]]

    def decode(self, lists, expected):
        """The texts; `expected` itself when all are equal, which takes no reading of each."""
        lines = [" ".join(map(str, ids)) for ids in lists]
        if None not in expected:
            together = "".join(text + "\n" for text in expected).encode()
            if self.ask("decode", lines, "--lines") == together:
                return expected
        return [answer["text"] for answer in self.answers("decode", lines, "--lines")]


class Tally:
    """How often one property was compared and how often it differed, and the first differences."""

    def __init__(self):
        self.compared, self.differed, self.shown = 0, 0, []

    def add(self, same, describe):
        self.compared += 1
        if not same:
            self.differed += 1
            if len(self.shown) < SHOWN:
                self.shown.append(describe())


def first_difference(ours, theirs):
    return next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))


def describe_ids(family, text, ours, theirs, offsets):
    place = first_difference(ours, theirs)
    byte = offsets[2 * place] if offsets and 2 * place < len(offsets) else "?"
    return (f"[{family}] {text!a:.300}\n      token {place}, byte {byte}: ours {ours[max(0, place - 2):place + 6]}, "
            f"theirs {theirs[max(0, place - 2):place + 6]}")


def compare_batch(reference, ours, drawn, tallies):
    """Compares the texts of `drawn`, pairs of a family and a text whose added tokens are spelled out."""
    texts = [text for _, text in drawn]
    theirs = reference.both_of(texts)
    whole = [] if reference.special else ["--no-special"]
    answers = ours.encode(texts, *(whole if reference.finds_special else [*whole, "--special-as-text"]))
    for (family, text), answer, (ids, offsets) in zip(drawn, answers, theirs):
        same = answer["ids"] == ids
        tallies["ids"].add(same, lambda: describe_ids(family, text, answer["ids"], ids, offsets))
        if same and offsets is not None:
            flat = [place for pair in answer["offsets"] for place in pair]
            tallies["offsets"].add(flat == offsets, lambda: describe_ids(family, text, flat, offsets, None))
    lists = [ids for ids, _ in theirs]
    decoded = reference.decode_all(lists)
    for (family, text), found, expected in zip(drawn, ours.decode(lists, decoded), decoded):
        if expected is not None:
            tallies["decoded"].add(found == expected, lambda: f"[{family}] {text!a:.200}\n      ours {found!a:.200}\n"
                                   f"      theirs {expected!a:.200}")
    plain = [pair for pair in drawn if pair[0] in ("added", "code")] if reference.finds_special else []
    if plain:
        answers = ours.ids([text for _, text in plain], "--no-special", "--special-as-text")
        for (family, text), answer in zip(plain, answers, strict=True):
            expected = reference.text_ids(text)
            tallies["as text"].add(answer == expected, lambda: describe_ids(family, text, answer, expected, None))


def compare(reference, program, drawn):
    """The tallies by property for the texts of `drawn`."""
    tallies, added, ours = {key: Tally() for key in KEYS}, reference.added(), Program(program, reference)
    for start in range(0, len(drawn), BATCH):
        batch = [(family, expand(text, added)) for family, text in drawn[start : start + BATCH]]
        compare_batch(reference, ours, batch, tallies)
    return tallies


def families_of(references):
    """The tokenizers by the rules they share, each with the largest file first."""
    groups = collections.defaultdict(list)
    for reference in references:
        groups[f"{type(reference).__name__} {json.dumps(reference.rules(), sort_keys=True)}"].append(reference)
    return [sorted(group, key=lambda r: (-r.path.stat().st_size, r.name)) for group in groups.values()]


def program_digest(options):
    return hashlib.sha256(pathlib.Path(options.compare).read_bytes()).hexdigest()


def earlier_rows(options):
    """What a run that was cut short wrote; rows of the same texts and program are not compared again."""
    if not options.json or not options.json.exists():
        return {}
    return {row["name"]: row for row in json.loads(options.json.read_text(encoding="utf-8"))}


def run_comparison(references, options):
    """Compares every tokenizer, prints and writes what was found; returns whether nothing differs."""
    began = time.monotonic()
    families = options.families
    texts, wanted = Texts(options.seed, options.texts), max(options.count, options.least)
    drawn = [(family := families[number % len(families)], texts.draw(family)) for number in range(wanted)]
    print(f"{wanted:,} texts drawn ({time.monotonic() - began:.0f} s)", flush=True)
    groups = families_of(references)
    # All tokenizers briefly first, then the first of each family at length.
    jobs = [(number, reference, options.least) for number, group in enumerate(groups, 1) for reference in group[1:]]
    jobs += [(number, group[0], options.count) for number, group in enumerate(groups, 1)]
    rows, known, earlier = [], {}, earlier_rows(options)
    for done, (number, reference, count) in enumerate(jobs, 1):
        row = {"name": reference.name, "family": number, "leads": reference is groups[number - 1][0],
               "library": f"{reference.library} {VERSIONS[reference.library]}",
               "run": [options.seed, count, families, program_digest(options)]}
        row["same as"] = known.setdefault(reference.digest(), reference.name)
        before = earlier.get(reference.name)
        if before and "error" not in before and before["run"] == row["run"]:
            rows.append(before | row)
            continue
        started = time.monotonic()
        try:
            tallies = compare(reference, options.compare, drawn[:count])
            row |= {key: (tally.compared, tally.differed) for key, tally in tallies.items()}
            row["shown"] = [f"{key} differ: {shown}" for key, tally in tallies.items() for shown in tally.shown]
            print("".join(f"  {reference.name}: {shown}\n" for shown in row["shown"]), end="")
        except (RuntimeError, ValueError, OSError) as error:
            row["error"] = str(error)
        row["seconds"] = time.monotonic() - started
        rows.append(row)
        verdict = row.get("error") or ", ".join(f"{key} {row[key][1]} of {row[key][0]} differ" for key in KEYS)
        print(f"{done}/{len(jobs)} {reference.name}: {verdict} ({row['seconds']:.0f} s)", flush=True)
        reference.unload()
        if options.json:
            options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if options.document:
        write_document(options.document, report(rows, options))
    return all("error" not in row and not any(row[key][1] for key in KEYS) for row in rows)


def cell(rows, key):
    compared, differed = (sum(row[key][part] for row in rows) for part in (0, 1))
    return "" if compared == 0 else "equal" if differed == 0 else f"{differed:,} of {compared:,} differ"


def report(rows, options):
    """The table for the documentation: a line for each family, and what the whole came to."""
    lines = ["| Family | Tokenizers | Reference | Texts | ids | offsets | decoded | special as text |",
             "|---|---|---|---:|---|---|---|---|"]
    for number in sorted({row["family"] for row in rows}):
        group = sorted((row for row in rows if row["family"] == number), key=lambda row: (not row["leads"], row["name"]))
        good = [row for row in group if "error" not in row]
        names = ", ".join(row["name"] for row in group)
        failed = "; ".join(f"{row['name']}: {row['error'][:100]}" for row in group if "error" in row)
        cells = [f"{number}", names, group[0]["library"], f"{sum(row['ids'][0] for row in good):,}",
                 *(cell(good, key) for key in KEYS)]
        if failed:
            cells[4] = f"{cells[4]}; {failed}"
        lines.append(f"| {' | '.join(cells)} |")
    texts = sum(row["ids"][0] for row in rows if "error" not in row)
    seconds = sum(row.get("seconds", 0) for row in rows)
    twins = sum(row["same as"] != row["name"] for row in rows)
    several = f"{twins} of them the same definition as another" if twins else "each of its own definition"
    real = " Prose, code and languages are three quarters pieces of Debian's manuals and Python's library." if options.texts else ""
    lines += ["", f"{len(rows)} tokenizers, {several}; {texts:,} texts compared, seed {options.seed}, at least "
              f"{options.count:,} a family and {options.least:,} a tokenizer; {seconds / 60:.0f} minutes on "
              f"{platform.machine()}.{real} The first name of a line saw {options.count:,} texts, the others "
              f"{options.least:,} each."]
    return "\n".join(lines)


def write_document(path, table):
    """Puts the table between its markers; the rest of the file stays."""
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        sys.exit(f"error: {path}: the markers {BEGIN} and {END} are missing")
    write_section(path, table, "conformance table")
