#!/usr/bin/env python3
"""Writes training.json: the vocabularies that Hugging Face tokenizers trains on golden texts.

    golden-training.py --golden FOLDER --output FILE

The text is evaluation-text.txt of FOLDER, line by line with the ends of lines, then the texts of tokenizer-texts.jsonl in
the families of `FAMILIES`. For each job the file has the tokens in the order of their ids, which tells the order of the
merges too. Needs the `tokenizers` of Scripts/setup.sh tokenizer-references.
"""

import argparse
import json
import pathlib

from wordpiece_symbols import wordpiece_symbols

FAMILIES = ["prose", "code", "languages", "digits", "contractions"]
VOCABULARY = 2500
MARK = "\u2581"


def texts_of(folder):
    lines = (folder / "evaluation-text.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    with open(folder / "tokenizer-texts.jsonl", encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    return lines + [text["text"] for text in texts if text["family"] in FAMILIES]


def train(job, texts, vocabulary):
    """The trained model as its file has it."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    usual = {"vocab_size": vocabulary, "show_progress": False}
    if job == "bpe-bytes":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **usual)
    elif job == "bpe-characters":
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme="always")
        trainer = trainers.BpeTrainer(special_tokens=["<unk>"], **usual)
    else:
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
        symbols = wordpiece_symbols(texts, tokenizer.normalizer, tokenizer.pre_tokenizer)
        trainer = trainers.WordPieceTrainer(special_tokens=symbols, **usual)
    tokenizer.train_from_iterator(texts, trainer)
    return json.loads(tokenizer.to_str())["model"]


def main():
    import tokenizers

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--golden", type=pathlib.Path, required=True, help="the folder with the texts")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    texts, jobs = texts_of(options.golden), {}
    for job in ("bpe-bytes", "bpe-characters", "wordpiece"):
        vocabulary = train(job, texts, VOCABULARY)["vocab"]
        jobs[job] = sorted(vocabulary, key=vocabulary.get)
    value = {"about": f"Scripts/golden-training.py, tokenizers {tokenizers.__version__}", "jobs": jobs}
    options.output.write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
