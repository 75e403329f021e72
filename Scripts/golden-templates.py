#!/usr/bin/env python3
"""Writes Tests/ConformanceTests/Golden/tokenizer-templates.jsonl: templates with the text that Jinja renders.

    python3 -m pip install jinja2==3.1.6
    python3 Scripts/golden-templates.py

The environment is that of Hugging Face transformers: sandboxed, trim_blocks, lstrip_blocks, loop controls,
raise_exception, and a tojson that does not escape HTML. The first template is SmolLM2's, from its GGUF file
(Apache-2.0); the others are ours and use what other models' templates use. A line is {"name", "template",
"variables", "text"}, or "error" in place of "text" where the template refuses its values.
"""

import json
import sys
from pathlib import Path

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

TARGET = Path(__file__).resolve().parent.parent / "Tests/ConformanceTests/Golden/tokenizer-templates.jsonl"
VERSION = "3.1.6"

SMOLLM2 = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

TURNS = """\
{{- bos_token }}
{%- set ns = namespace(system='', count=0) %}
{%- for message in messages %}
    {%- if message.role == 'system' %}
        {%- set ns.system = ns.system ~ message.content | trim %}
    {%- else %}
        {%- set ns.count = ns.count + 1 %}
    {%- endif %}
{%- endfor %}
[{{ ns.system }}|{{ ns.count }}]
{% for message in messages if message['role'] in ('user', 'assistant') %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('roles must alternate') }}
    {%- endif %}
    {%- if message['role'] == 'user' -%}
        <user>{{ message['content'] | trim }}</user>
    {%- else -%}
        <model>{{ message['content'] | trim }}</model>{{ eos_token }}
    {%- endif %}
{% else %}
nobody spoke
{% endfor %}
"""

MACROS = """\
{% macro tag(name, body='', closed=true) -%}
<{{ name }}>{{ body }}{% if closed %}</{{ name }}>{% endif %}
{%- endmacro %}
{{ tag('a') }} {{ tag('b', 'x & y') }} {{ tag(name='c', closed=false) }}
{%- if tools is defined and tools %}
{% for tool in tools %}
{{ tool | tojson }}
{{ tool.function | tojson(indent=2) }}
{% for name, value in tool.function.items() %}{{ loop.index }}/{{ loop.length }} {{ name }}={{ value }};{% endfor %}

{% endfor %}
{%- endif %}
"""

EXPRESSIONS = """\
{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 1 + 2 * 3 - 4 }} {{ 'n' ~ 1 ~ none ~ true }} {{ 1.5e3 }}
{{ 'a' in 'cat' }} {{ 'd' not in 'cat' }} {{ 2 in [1, 2] }} {{ 'k' in {'k': 1} }} {{ not 1 == 2 }} {{ 1 < 2 < 3 }} {{ 1 or x }}
{{ [1, 'two', 3.0, none, {'k': [true]}] }} {{ (1, 2)[1] }} {{ 'it\\'s' }} {{ ["it's"] }}
{{ text[1:4] }} {{ text[::-1] }} {{ text[-2:] }} {{ [1,2,3,4][1:] }} {{ [1,2,3,4][::2] }} {{ text[0] }} {{ text[99] }}|
{{ text.upper() }} {{ text | lower }} {{ text.title() }} {{ text | capitalize }} {{ text.split(' ') }} {{ text.split() | last }}
{{ '  x '.strip() }}|{{ 'xxabxx'.strip('x') }}|{{ 'ab'.lstrip('a') }}|{{ text.startswith('Hé') }} {{ text.endswith(('z', 'de')) }}
{{ text.replace('o', '0') }} {{ text | replace('l', 'L', 1) }} {{ text.find('w') }} {{ text | length }} {{ ', '.join(['a', 'b']) }}
{{ [3, 1, 2] | sort | join('-') }} {{ [3, 1, 2] | sort(reverse=true) }} {{ ['b', 'A'] | sort }} {{ [1, 1, 2] | unique | list }}
{{ [1, 2, 3] | map('string') | join }} {{ [1, 2, 3] | select('odd') | list }} {{ [1, 2, 3] | reject('eq', 2) | list }}
{{ messages | map(attribute='role') | join(',') }} {{ messages | selectattr('role', 'equalto', 'user') | list | length }}
{{ missing | default('none given') }} {{ '' | default('empty', true) }} {{ missing is defined }} {{ none is none }} {{ 4 is divisibleby 2 }}
{{ 'yes' if messages else 'no' }}{{ 'never' if false }} {{ [1,2]|first }} {{ 'x' | int(5) }} {{ '12' | int + 1 }} {{ 3 | float }}
{{ {'a': 1}.get('a') }} {{ {'a': 1}.get('b', 2) }} {{ {'a': 1, 'b': 2}.keys() | list }} {{ dict(a=1) | tojson }} {{ range(5) | list }}
{{ "line\\nbreak\\ttab" }} {{ 'é' | tojson }} {{ '"<&>' | tojson }} {{ '{}-{}'.format(1, 'b') }} {{ 'a' 'b' }} {{ 5 is odd }} {{ -3 | abs }}
{{ text is string }} {{ 1 is number }} {{ [] is sequence }} {{ {} is mapping }} {{ true is boolean }} {{ 1 is integer }} {{ 1.0 is float }}
"""

WHITE_SPACE = """\
  {% if true %}  
    kept
  {% endif %}
{#- a comment -#}   
  {# another #}
a {%- if true %} b {%- endif %} c
{%+ if true %}d{% endif +%}
e
    {{- ' f ' -}}
g
{% raw %}{{ not }} {% this %}{% endraw %}

{% set block %}
  captured {{ 1 + 1 }}
{% endset %}
[{{ block }}]
{% for i in range(10) %}{% if i == 2 %}{% continue %}{% elif i > 4 %}{% break %}{% endif %}{{ i }}{{ ',' if not loop.last }}{% endfor %}

{% for a, b in [[1, 2], [3, 4]] %}{{ a }}{{ b }}{{ loop.first }}{{ loop.last }}{{ loop.revindex }}{{ loop.previtem }}{% endfor %}

{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}
"""

MESSAGES = [
    {"role": "system", "content": " Be kind. "},
    {"role": "user", "content": "Hé, 'you' <b>\n"},
    {"role": "assistant", "content": "  \"Yes\"  "},
    {"role": "user", "content": "日本 😀"},
]
TOOLS = [
    {"type": "function", "function": {"name": "tide", "parameters": {"port": {"type": "string"}, "hours": [1, 2.5, None, True]}}}
]


def cases():
    base = {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True}
    conversations = {"four": MESSAGES, "user": MESSAGES[1:2], "wrong": MESSAGES[1:2] * 2, "none": []}
    for name, messages in conversations.items():
        for prompt in (True, False):
            values = {**base, "messages": messages, "add_generation_prompt": prompt}
            yield f"smollm2 {name} {prompt}", SMOLLM2, values
        yield f"turns {name}", TURNS, {**base, "messages": messages}
    yield "macros", MACROS, {**base, "messages": MESSAGES, "tools": TOOLS}
    yield "macros without tools", MACROS, {**base, "messages": MESSAGES}
    for number, line in enumerate(EXPRESSIONS.strip().split("\n")):
        yield f"expressions {number}", line, {**base, "messages": MESSAGES, "text": "Héllo wörld de"}
    yield "white space", WHITE_SPACE, base
    yield "member of nothing", "{{ missing.member }}", base
    yield "unknown function", "{{ launch() }}", base


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    return made


def main():
    if jinja2.__version__ != VERSION:
        sys.exit(f"jinja2 {jinja2.__version__} is installed, {VERSION} is the reference")
    made, count = environment(), 0
    with open(TARGET, "w", encoding="utf-8") as file:
        for name, template, variables in cases():
            line = {"name": name, "template": template, "variables": variables}
            try:
                line["text"] = made.from_string(template).render(**variables)
            except jinja2.exceptions.TemplateError as error:
                line["error"] = str(error)
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    print(f"wrote {TARGET.name}: {count} templates, {TARGET.stat().st_size} bytes")


main()
