#!/usr/bin/env python3
"""Writes a model for measuring speed, of 1.1 billion parameters (TinyLlama's shape), as a GGUF file of 16-bit floats.

    bench_models.py MODEL.gguf OUTPUT.gguf

Its weights are random; its vocabulary is the first 32,000 tokens of MODEL's.
"""

import argparse
import pathlib

import numpy
from gguf import GGUFReader, GGUFValueType, GGUFWriter

HIDDEN, FEED_FORWARD, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT = 2048, 5632, 22, 32, 4, 32_000, 2048
BLOCK_ROWS = 64  # random rows that a matrix repeats
F16_FILE_TYPE = 1


def copy_field(writer, field):
    kind = field.types[0]
    value = field.contents()
    if kind == GGUFValueType.ARRAY:
        writer.add_array(field.name, value)
    else:
        writer.add_key_value(field.name, value, kind)


def random_model(model, output):
    random = numpy.random.default_rng(1)
    writer = GGUFWriter(output, "llama")
    fields = GGUFReader(model).fields
    for name, field in fields.items():
        if name.startswith("tokenizer.ggml.") and name.rpartition(".")[2] not in ("tokens", "token_type", "merges"):
            copy_field(writer, field)
    tokens = fields["tokenizer.ggml.tokens"].contents()[:VOCABULARY]
    known = set(tokens)
    writer.add_array("tokenizer.ggml.tokens", tokens)
    writer.add_array("tokenizer.ggml.token_type", fields["tokenizer.ggml.token_type"].contents()[:VOCABULARY])
    merges = fields["tokenizer.ggml.merges"].contents()
    writer.add_array("tokenizer.ggml.merges", [m for m in merges if m.replace(" ", "", 1) in known])
    writer.add_name("random, 1.1 billion parameters")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_rope_freq_base(10_000)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCABULARY)
    writer.add_file_type(F16_FILE_TYPE)

    def matrix(name, rows, columns):
        block = random.normal(0, 0.02, (BLOCK_ROWS, columns)).astype(numpy.float16)
        writer.add_tensor(name + ".weight", numpy.tile(block, (rows // BLOCK_ROWS, 1)))

    def norm(name):
        writer.add_tensor(name + ".weight", numpy.ones(HIDDEN, numpy.float32))

    key_value = HIDDEN // HEADS * KV_HEADS
    matrix("token_embd", VOCABULARY, HIDDEN)
    for layer in range(LAYERS):
        part = lambda name: f"blk.{layer}.{name}"
        norm(part("attn_norm"))
        matrix(part("attn_q"), HIDDEN, HIDDEN)
        matrix(part("attn_k"), key_value, HIDDEN)
        matrix(part("attn_v"), key_value, HIDDEN)
        matrix(part("attn_output"), HIDDEN, HIDDEN)
        norm(part("ffn_norm"))
        matrix(part("ffn_gate"), FEED_FORWARD, HIDDEN)
        matrix(part("ffn_up"), FEED_FORWARD, HIDDEN)
        matrix(part("ffn_down"), HIDDEN, FEED_FORWARD)
    norm("output_norm")
    matrix("output", VOCABULARY, HIDDEN)
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser(description="Write a model for measuring speed.")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    partial = options.output.with_suffix(".partial")
    random_model(options.model, partial)
    partial.rename(options.output)


if __name__ == "__main__":
    main()
