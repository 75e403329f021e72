#!/usr/bin/env python3
"""Writes the models that `bench-kernels.py` compares with, as GGUF files.

    bench_models.py requantize MODEL.gguf FORMAT OUTPUT.gguf
    bench_models.py random MODEL.gguf FORMAT OUTPUT.gguf

`requantize` stores the matrices of a model in another format. `random` writes a Llama model of 1.1 billion parameters
(TinyLlama's shape) with random weights and the first 32,000 tokens of MODEL's vocabulary. Both are for measuring speed.
"""

import argparse
import pathlib

import numpy
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, quants

HIDDEN, FEED_FORWARD, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT = 2048, 5632, 22, 32, 4, 32_000, 2048
BLOCK_ROWS = 64  # random rows that a matrix repeats
FILE_TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q5_0": 8, "Q5_1": 9}


def stored(values, kind):
    return quants.quantize(values.astype(numpy.float32), kind)


def copy_field(writer, field):
    kind = field.types[0]
    value = field.contents()
    if kind == GGUFValueType.ARRAY:
        writer.add_array(field.name, value)
    else:
        writer.add_key_value(field.name, value, kind)


def requantize(model, kind, output):
    reader = GGUFReader(model)
    architecture = reader.fields["general.architecture"].contents()
    writer = GGUFWriter(output, architecture)
    for name, field in reader.fields.items():
        if not name.startswith("GGUF.") and name not in ("general.architecture", "general.file_type"):
            copy_field(writer, field)
    writer.add_file_type(FILE_TYPES[kind.name])
    for tensor in reader.tensors:
        values = quants.dequantize(tensor.data, tensor.tensor_type)
        values = values.reshape([int(n) for n in reversed(tensor.shape)])
        if len(tensor.shape) > 1:
            writer.add_tensor(tensor.name, stored(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(tensor.name, values.astype(numpy.float32))
    finish(writer)


def random_model(model, kind, output):
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
    writer.add_file_type(FILE_TYPES[kind.name])

    def matrix(name, rows, columns):
        block = stored(random.normal(0, 0.02, (BLOCK_ROWS, columns)), kind)
        writer.add_tensor(name + ".weight", numpy.tile(block, (rows // BLOCK_ROWS, 1)), raw_dtype=kind)

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
    parser.add_argument("job", choices=["requantize", "random"])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("format", choices=list(FILE_TYPES))
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    kind = GGMLQuantizationType[options.format]
    partial = options.output.with_suffix(".partial")
    (requantize if options.job == "requantize" else random_model)(options.model, kind, partial)
    partial.rename(options.output)


if __name__ == "__main__":
    main()
