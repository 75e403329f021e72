"""The symbols that WordPiece training begins with, in an order that is certain."""

BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def wordpiece_symbols(texts, normalizer, pre_tokenizer, prefix="##"):
    """Special tokens, characters, and characters inside words, each in the order of code points.

    The trainer numbers characters inside words in the order of a hash table, which is another in each process, so that
    pairs that occur equally often are merged in another order. Named as special tokens they have numbers, and the order
    of merges is certain.
    """
    first, inside = set(), set()
    for text in texts:
        for word, _ in pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(text)):
            first.update(word)
            inside.update(word[1:])
    return BERT + sorted(first) + [prefix + character for character in sorted(inside)]
