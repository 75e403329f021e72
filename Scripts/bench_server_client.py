"""A plain asyncio HTTP client for load: streams one completion and notes when each piece arrived."""

import asyncio
import json
import time


class Stream:
    """One streamed completion: the time to its first token, its tokens and its whole time, in seconds."""

    def __init__(self, first, total, tokens, text):
        self.first = first
        self.total = total
        self.tokens = tokens
        self.text = text


def head(port, path, body, keeps=False):
    """The bytes of a POST of JSON."""
    data = json.dumps(body).encode()
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json",
             f"Content-Length: {len(data)}", "Connection: " + ("keep-alive" if keeps else "close"), "", ""]
    return "\r\n".join(lines).encode() + data


async def complete(port, prompt, tokens, **fields):
    """Streams a completion of exactly `tokens` tokens."""
    body = {"prompt": prompt, "max_tokens": tokens, "temperature": 0, "stream": True, "ignore_eos": True,
            "stream_options": {"include_usage": True}, **fields}
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(port, "/v1/completions", body))
    first = None
    counted = None
    pieces = []
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(f"{status!r}: {(await reader.read())[-400:]!r}")
    async for line in reader:
        if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
            continue
        chunk = json.loads(line[6:])
        if "error" in chunk:
            raise RuntimeError(chunk["error"])
        for choice in chunk.get("choices", []):
            if choice.get("text"):
                first = first or time.perf_counter() - began
                pieces.append(choice["text"])
        if chunk.get("usage"):
            counted = chunk["usage"]["completion_tokens"]
    total = time.perf_counter() - began
    writer.close()
    if counted != tokens:
        raise RuntimeError(f"{counted} tokens instead of {tokens}")
    return Stream(first or total, total, counted, "".join(pieces))


async def whole(port, prompt, tokens):
    """A short completion that is not streamed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = {"prompt": prompt, "max_tokens": tokens, "temperature": 0, "ignore_eos": True}
    writer.write(head(port, "/v1/completions", body))
    answer = await reader.read()
    writer.close()
    if b" 200 " not in answer[:20]:
        raise RuntimeError(answer[-400:])
