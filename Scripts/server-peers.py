"""Holds `tessera serve` against the clients that people use: OpenAI's Python library and EleutherAI's
lm-evaluation-harness, both unchanged. With `--record FOLDER` their requests are kept for `make test` to replay."""

import argparse
import array
import http.client
import http.server
import json
import os
import pathlib
import random
import re
import socketserver
import string
import struct
import subprocess
import sys
import tempfile
import threading

QUESTIONS = [
    ("The capital of France is", [" Paris", " Berlin", " a kind of fish"], 0),
    ("Water freezes at a temperature of zero degrees", [" Celsius", " bananas", " happiness"], 0),
    ("The opposite of hot is", [" green", " cold", " seven"], 1),
    ("A dog is an", [" animal", " ocean", " integer"], 0),
    ("Two plus two is", [" purple", " four", " the sea"], 1),
    ("The sun rises in the", [" kitchen", " east", " alphabet"], 1),
]


class Recorder(http.server.BaseHTTPRequestHandler):
    """Passes requests on to the server and keeps them, with the status of the answer."""

    protocol_version = "HTTP/1.1"
    kept = []
    port = 0

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        data = answer.read()
        self.kept.append({"method": self.command, "path": self.path, "body": json.loads(body) if body else None,
                          "status": answer.status})
        self.send_response(answer.status)
        for name in ("Content-Type", "Retry-After"):
            if answer.getheader(name):
                self.send_header(name, answer.getheader(name))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        connection.close()

    do_GET = do_POST = pass_on

    def log_message(self, *_):
        pass


class Threads(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def write_encoder(folder):
    """A BERT of two layers with random weights that knows the letters: what its vectors say is of no matter here."""
    letters = string.ascii_lowercase
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *("##" + letter for letter in letters)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    hidden, inner, context = 32, 64, 64
    (folder / "config.json").write_text(json.dumps({
        "architectures": ["BertModel"], "model_type": "bert", "vocab_size": len(vocabulary), "hidden_size": hidden,
        "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": inner, "hidden_act": "gelu",
        "max_position_embeddings": context, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 0}))
    shapes = {"embeddings.word_embeddings.weight": [len(vocabulary), hidden],
              "embeddings.position_embeddings.weight": [context, hidden],
              "embeddings.token_type_embeddings.weight": [2, hidden]}

    def layer(name, rows, columns=None):
        shapes[f"{name}.weight"] = [rows] if columns is None else [rows, columns]
        shapes[f"{name}.bias"] = [rows]

    layer("embeddings.LayerNorm", hidden)
    for index in range(2):
        base = f"encoder.layer.{index}"
        for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            layer(f"{base}.{name}", hidden, hidden)
        layer(f"{base}.intermediate.dense", inner, hidden)
        layer(f"{base}.output.dense", hidden, inner)
        layer(f"{base}.attention.output.LayerNorm", hidden)
        layer(f"{base}.output.LayerNorm", hidden)
    numbers, header, data = random.Random(1), {}, b""
    for name, shape in shapes.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        values = array.array("f", (numbers.uniform(-0.5, 0.5) for _ in range(count)))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def start(program, model, encoder):
    """Starts the server; gives the process and its port."""
    process = subprocess.Popen([program, "--model", model, "--name", "smollm2", "--embedding-model", encoder,
                                "--port", "0", "--json"], stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line:
        sys.exit(f"{program} did not start")
    return process, json.loads(line)["port"]


def openai_client(port):
    """What a program does with the official library: list, complete, stream, chat, and run into an error."""
    import openai

    client = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0)
    assert [model.id for model in client.models.list()] == ["smollm2", "encoder"]

    whole = client.completions.create(model="smollm2", prompt="The capital of France is", max_tokens=12,
                                      temperature=0)
    stream = client.completions.create(model="smollm2", prompt="The capital of France is", max_tokens=12,
                                       temperature=0, stream=True, stream_options={"include_usage": True})
    pieces, usage = [], None
    for chunk in stream:
        usage = chunk.usage or usage
        pieces += [choice.text for choice in chunk.choices]
    assert "".join(pieces) == whole.choices[0].text, (pieces, whole)
    assert usage.completion_tokens == whole.usage.completion_tokens == 12
    assert "Paris" in whole.choices[0].text, whole

    # A prompt that ends inside a token goes on where it stops, by the last token drawn again and by exact bytes.
    for option in ({"heal": True}, {"bytes": True}):
        answer = client.completions.create(model="smollm2", prompt="The capital of Fra", max_tokens=12, temperature=0,
                                           extra_body=option)
        assert answer.choices[0].text.startswith("nce"), (option, answer)
    try:
        client.completions.create(model="smollm2", prompt="x", max_tokens=1, extra_body={"heal": True, "bytes": True})
        raise SystemExit("two ways to go on inside a token were not refused")
    except openai.BadRequestError as error:
        assert error.param in ("heal", "bytes"), error

    messages = [{"role": "user", "content": "What is the capital of France?"}]
    answer = client.chat.completions.create(model="smollm2", messages=messages, max_tokens=24, temperature=0,
                                            seed=7, logprobs=True, top_logprobs=3, n=2)
    assert len(answer.choices) == 2 and answer.choices[0].message.content == answer.choices[1].message.content
    assert len(answer.choices[0].logprobs.content[0].top_logprobs) == 3
    stream = client.chat.completions.create(model="smollm2", messages=messages, max_tokens=24, temperature=0,
                                            stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert text == answer.choices[0].message.content, (text, answer)

    # The library asks for base64 of its own accord, and decodes it.
    texts = ["a cat", "a kitten"]
    vectors = client.embeddings.create(model="encoder", input=texts)
    plain = client.embeddings.create(model="encoder", input=texts, encoding_format="float")
    for ours, theirs in zip(vectors.data, plain.data):
        assert len(ours.embedding) == 32, ours
        assert array.array("f", ours.embedding) == array.array("f", theirs.embedding), (ours, theirs)
        assert abs(sum(number * number for number in ours.embedding) - 1) < 1e-5
    assert vectors.usage.prompt_tokens == vectors.usage.total_tokens > 0
    try:
        client.embeddings.create(model="encoder", input=texts, dimensions=8)
        raise SystemExit("dimensions were not refused")
    except openai.BadRequestError as error:
        assert error.param == "dimensions", error

    schema = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 20}}, "required": ["city"],
              "additionalProperties": False}
    for response_format in [{"type": "json_object"},
                            {"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": schema}}]:
        answer = client.chat.completions.create(model="smollm2", messages=messages, max_tokens=60,
                                                response_format=response_format)
        assert isinstance(json.loads(answer.choices[0].message.content), dict), answer
    try:
        client.chat.completions.create(
            model="smollm2", messages=messages,
            response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {"not": {}}}})
        raise SystemExit("a keyword that is not supported was not refused")
    except openai.BadRequestError as error:
        assert error.param == "response_format.json_schema.schema#/not", error
    tools = [{"type": "function", "function": {"name": "find", "description": "Finds a city.", "parameters": schema}}]
    call = client.chat.completions.create(model="smollm2", messages=messages, max_tokens=120, tools=tools, seed=1,
                                          tool_choice="required", parallel_tool_calls=False)
    assert call.choices[0].finish_reason == "tool_calls", call
    function = call.choices[0].message.tool_calls[0].function
    assert function.name == "find" and list(json.loads(function.arguments)) == ["city"], call
    arguments = ""
    for chunk in client.chat.completions.create(model="smollm2", messages=messages, max_tokens=120, tools=tools, seed=1,
                                                tool_choice="required", parallel_tool_calls=False, stream=True):
        for piece in chunk.choices[0].delta.tool_calls or []:
            arguments += piece.function.arguments or ""
    assert arguments == function.arguments, (arguments, function)
    try:
        client.completions.create(model="smollm2", prompt="x", temperature=-1)
        raise SystemExit("a negative temperature was not refused")
    except openai.BadRequestError as error:
        assert error.param == "temperature", error
    print(f"openai {openai.__version__}: lists, completes, streams with usage, goes on inside a token, chats, keeps to schemas, calls functions, gets vectors and errors it"
          f" understands; it said: {whole.choices[0].text.strip()!r}")


def evaluation_harness(port):
    """A small multiple-choice task and a small generating one, scored by the harness through the server."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "data.jsonl").write_text("".join(
            json.dumps({"question": question, "choices": choices, "gold": gold}) + "\n"
            for question, choices, gold in QUESTIONS))
        common = f"dataset_path: json\ndataset_kwargs:\n  data_files:\n    test: {root}/data.jsonl\ntest_split: test\n"
        (root / "choice.yaml").write_text(
            "task: tessera_choice\noutput_type: multiple_choice\n" + common +
            "doc_to_text: \"{{question}}\"\ndoc_to_choice: \"{{choices}}\"\ndoc_to_target: \"{{gold}}\"\n"
            "target_delimiter: \"\"\nmetric_list:\n  - metric: acc\n")
        (root / "answer.yaml").write_text(
            "task: tessera_answer\noutput_type: generate_until\n" + common +
            "doc_to_text: \"{{question}}\"\ndoc_to_target: \"{{choices[gold]}}\"\n"
            "generation_kwargs:\n  until: [\"\\n\"]\n  max_gen_toks: 8\n  do_sample: false\n"
            "metric_list:\n  - metric: exact_match\n")
        result = subprocess.run(
            [sys.executable, "-m", "lm_eval", "run", "--model", "local-completions", "--model_args",
             f"model=smollm2,base_url=http://127.0.0.1:{port}/v1/completions,num_concurrent=4,max_retries=1",
             "--tasks", "tessera_choice,tessera_answer", "--include_path", folder, "--batch_size", "2"],
            capture_output=True, text=True,
            env={**os.environ, "HF_HOME": f"{folder}/cache", "HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1",
                 "TOKENIZERS_PARALLELISM": "false"})
        row = re.search(r"tessera_choice.*\|acc +\|.*?\| *([0-9.]+)\|", result.stdout)
        if result.returncode or not row:
            sys.exit(f"lm-evaluation-harness failed:\n{result.stdout[-2000:]}\n{result.stderr[-4000:]}")
        accuracy = float(row[1])
        assert "tessera_answer" in result.stdout
        assert accuracy >= 0.8, result.stdout
        import importlib.metadata
        print(f"lm-eval {importlib.metadata.version('lm_eval')}: local-completions with the server's own tokenizer,"
              f" {len(QUESTIONS)} questions of three choices: accuracy {accuracy:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="the program tessera-server")
    parser.add_argument("--model", required=True)
    parser.add_argument("--record", type=pathlib.Path, help="keep the requests in this folder")
    options = parser.parse_args()
    folder = tempfile.TemporaryDirectory()
    encoder = pathlib.Path(folder.name) / "encoder"
    encoder.mkdir()
    write_encoder(encoder)
    process, port = start(options.server, options.model, str(encoder))
    try:
        proxy = None
        if options.record:
            Recorder.port = port
            proxy = Threads(("127.0.0.1", 0), Recorder)
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            port = proxy.server_address[1]
        for name, client in (("openai", openai_client), ("lm-eval", evaluation_harness)):
            client(port)
            if proxy:
                # One of a kind is enough: requests that differ in their texts only are left out after the fourth.
                lines, seen = [], {}
                for request in Recorder.kept:
                    kind = (request["path"], *sorted(request["body"] or {}))
                    seen[kind] = seen.get(kind, 0) + 1
                    if seen[kind] <= 4:
                        lines.append(json.dumps(request, ensure_ascii=False, sort_keys=True))
                (options.record / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
                Recorder.kept.clear()
    finally:
        process.terminate()
        process.wait()
        folder.cleanup()


main()
