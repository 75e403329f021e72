"""Shows that counting pieces under Spark gives the tokenizer of one process.

A local Spark reads a text in partitions and pipes each through `tessera tokenizer count`; the counts of equal pieces are
added by Spark itself, and `tessera tokenizer train --counts` makes a tokenizer of them. It must be the tokenizer that
`tessera tokenizer train` makes of the text, byte for byte.

    spark-counts.py --tessera PROGRAM --text FILE [--vocab-size N] [--partitions N]

Needs pyspark and a Java runtime: Scripts/setup.sh spark prints the folders to put on PYTHONPATH.
"""

import argparse
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile

MARK = "#tessera-counts"


def count_under_spark(tessera, text, partitions, output):
    """Counts the pieces of `text` and writes them as a counts file; gives the number of partitions and of pieces."""
    # The source distribution keeps the libraries for Java beside the package; an installed one finds its own.
    beside = pathlib.Path(importlib.util.find_spec("pyspark").origin).parent.parent / "deps"
    if beside.is_dir():
        os.environ["SPARK_HOME"] = str(beside)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark import SparkConf, SparkContext

    settings = SparkConf().setMaster("local[2]").setAppName("tessera counts")
    settings.set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    settings.set("spark.driver.bindAddress", "127.0.0.1")
    context = SparkContext(conf=settings)
    context.setLogLevel("ERROR")
    try:
        lines = context.textFile(text, minPartitions=partitions)
        counted = lines.pipe(f"{tessera} tokenizer count - --threads 1 --memory 500MB -o -", checkCode=True).cache()
        heads = counted.filter(lambda line: line.startswith(MARK)).map(lambda line: line.split("\t", 4)).collect()
        pieces = (
            counted.filter(lambda line: not line.startswith("#"))
            .map(lambda line: line.rsplit("\t", 1))
            .map(lambda pair: (pair[0], int(pair[1])))
            .reduceByKey(lambda left, right: left + right)
            .collect()
        )
        used = lines.getNumPartitions()
    finally:
        context.stop()
    cuttings = {head[4] for head in heads}
    if len(cuttings) != 1:
        sys.exit(f"error: the partitions were cut in {len(cuttings)} ways")
    with open(output, "w", encoding="utf-8", newline="\n") as file:
        texts, size = (sum(int(head[field]) for head in heads) for field in (2, 3))
        file.write(f"{MARK}\t1\t{texts}\t{size}\t{cuttings.pop()}\n")
        for piece, count in pieces:
            file.write(f"{piece}\t{count}\n")
    return used, len(pieces)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tessera", required=True, help="the built program")
    parser.add_argument("--text", required=True, help="a UTF-8 text whose lines end in a line feed only")
    parser.add_argument("--vocab-size", type=int, default=4000)
    parser.add_argument("--partitions", type=int, default=7)
    arguments = parser.parse_args()
    tessera, text = os.path.abspath(arguments.tessera), os.path.abspath(arguments.text)
    with tempfile.TemporaryDirectory() as folder:
        counts = os.path.join(folder, "spark.counts")
        partitions, pieces = count_under_spark(tessera, text, arguments.partitions, counts)
        train = [tessera, "tokenizer", "train", "--vocab-size", str(arguments.vocab_size)]
        results = []
        for name, source in (("spark", ["--counts", counts]), ("alone", [text])):
            path = os.path.join(folder, f"{name}.json")
            subprocess.run(train + ["--output", path] + source, check=True, stdout=subprocess.DEVNULL)
            with open(path, "rb") as file:
                results.append(file.read())
    if results[0] != results[1]:
        sys.exit("error: the tokenizer from Spark's counts differs from the one trained on the text")
    print(f"equal: {partitions} Spark partitions, {pieces} different pieces, one tokenizer of {len(results[0])} bytes")


if __name__ == "__main__":
    main()
