"""The twenty prompts of the golden logits: prose, code, scripts, digits, chat, emoji, one long, one a single token."""

LONG = """\
A lighthouse keeper once told me that the sea has no memory, and that this is why people write things down. He kept
a ledger in a green cloth binding, and on each page he entered the wind, the height of the water, the ships that
passed and the state of the lamp. The entries were short. "North-east, fresh. Two colliers. Lamp trimmed at four."
In forty years he had filled eleven volumes, and he could find any day in them within a minute, because he had drawn
up an index by month and by weather, in a hand so small that he needed a glass to read it himself.

When the lamp was made automatic, the office on the mainland sent a young man with a van to clear the tower. The young
man put the spare lenses in straw, wound up the ropes, and asked what should become of the books. The keeper said that
they might burn them, for all he cared; but he said it with his hand on the topmost volume. The young man, who was not
a fool, put the kettle on instead. They sat at the table under the stairs and opened the first ledger at the first page.
It said: "Calm. No ships. Began this book." Underneath, in another ink, someone had added a line years later: "A poor
beginning, but I did not know then what I would want to remember." They read on until the light failed. Then the keeper
stood up, out of habit, to see to the lamp, and it had already come on by itself. He sat down again, turned the page,
and"""

PROMPTS = [
    "The capital of France is",
    "A",
    "It was a bright cold day, and the clocks in the square were striking",
    "Water boils at a lower temperature on a mountain because",
    "def fibonacci(n):\n    if n < 2:\n        return n\n    return",
    "func sum(_ values: [Int]) -> Int {\n    var total = 0\n    for value in values {\n        total +=",
    "#include <stdio.h>\n\nint main(void) {\n\tprintf(\"%d\\n\", 6 * 7);\n\treturn",
    '{"name": "Ada", "born": 1815, "languages": ["English", "French"], "notes":',
    "<ul>\n  <li>first</li>\n  <li>second</li>\n",
    "Im Herbst färben sich die Blätter der Bäume rot und",
    "Il était une fois, dans un petit village près de la mer, un pêcheur qui",
    "В начале зимы река замерзает, и дети катаются на",
    "今天天气很好，我们一起去公园",
    "日本の首都は東京です。人口はおよそ",
    "القطة تجلس على",
    "भारत की राजधानी नई दिल्ली",
    "3.14159265358979 2.71828182845904 1, 2, 3, 5, 8, 13, 21,",
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    "<|im_start|>user\nName three colours of the rainbow.<|im_end|>\n<|im_start|>assistant\n",
    "Happy birthday! 🎂🎉 See you at the party 👩‍👩‍👧‍👦 🇫🇷",
    LONG,
]
