"""Whether Tessera and llama.cpp continue the same prompts with the same tokens."""

import bench_programs as programs

# Two right programs may part where the two best tokens are nearly level, because both round activations to 8 bits.
NEAR_TIE = 0.5
CONTINUATION = 48
FEWEST = 8  # a program may end its answer early, but not at once
PROMPTS = [
    "The capital of France is",
    "def fibonacci(n):\n    if n < 2:\n        return n\n    return",
    "<|im_start|>user\nWhy is the sky blue?<|im_end|>\n<|im_start|>assistant\n",
]


def compare(tessera, llama, prompts=PROMPTS):
    """Ends the program where the two differ beyond a near tie; returns a sentence for each prompt.

    After a near tie both go on from the text with llama.cpp's choice, so that one early tie does not end a comparison.
    """
    return [compare_one(tessera, llama, prompt) for prompt in prompts]


def compare_one(tessera, llama, prompt):
    name = repr(prompt if len(prompt) < 40 else prompt[:36] + "...")
    text, equal, ties = prompt, 0, []
    while (left := CONTINUATION - equal - len(ties)) > 0:
        ids, theirs, leads = llama.greedy(text, left)
        if tessera.encode(text) != ids:
            programs.fail(f"text {text!r}: the two programs read different token ids")
        ours = tessera.greedy(text, left)
        same = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), min(len(ours), len(theirs)))
        equal += same
        if same == len(ours):
            break
        if leads[same] > NEAR_TIE:
            programs.fail(f"text {text!r}: token {same + 1} differs where llama.cpp leads by {leads[same]:.2f} logits")
        ties.append(leads[same])
        text += tessera.decode(theirs[: same + 1])
    if equal + len(ties) < FEWEST:
        programs.fail(f"prompt {name}: only {equal} tokens came from Tessera, too few to compare")
    if not ties:
        return f"{name}: all {equal} tokens equal"
    count = "one near tie" if len(ties) == 1 else f"{len(ties)} near ties"
    return f"{name}: {equal} tokens equal, {count} (llama.cpp leads by up to {max(ties):.2f} logits)"
