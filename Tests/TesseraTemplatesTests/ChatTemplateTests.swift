import TesseraCore
import TesseraTemplates
import TesseraTestSupport
import Testing

@Suite("Chat templates")
struct ChatTemplateTests {
    private func render(_ source: String, _ variables: [String: TemplateValue] = [:]) throws -> String {
        try ChatTemplate(source, file: "model.gguf").render(variables)
    }

    @Test("messages, the generation prompt and the special tokens reach the template")
    func variables() throws {
        var template = try ChatTemplate(
            "{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m['content'] }}{{ eos_token }}{% endfor %}"
                + "{% if add_generation_prompt %}>{% endif %}", file: nil)
        template.beginOfText = "<s>"
        template.endOfText = "</s>"
        let messages = [
            ChatMessage(role: "user", content: "{{ bos_token }}"), ChatMessage(role: "a", content: "b"),
        ]
        #expect(
            try template.render(messages: messages, addGenerationPrompt: true)
                == "<s>user:{{ bos_token }}</s>a:b</s>>")
        #expect(try template.render(messages: [], addGenerationPrompt: false) == "<s>")
    }

    @Test(
        "what is wrong or unknown is named with its line",
        arguments: [
            ("\n{% include 'x' %}", "line 2: the tag \"include\""),
            ("{% import 'x' as y %}", "import"),
            ("{{ 'x' | launch }}", "filter \"launch\""),
            ("{{ 1 is prime }}", "test \"prime\""),
            ("{{ f() }}", "\"f\", which is undefined"),
            ("{{ a.b.c }}", "\"a\", which is undefined"),
            ("{{ ''.__class__.__mro__ }}", "__class__"),
            ("{{ x | attr('y') }}", "attr"),
            ("{{ messages.append(1) }}", "undefined"),
            ("{{ 1 + 'a' }}", "+ does not apply"),
            ("{{ 1 // 0 }}", "division by zero"),
            ("{{ 9223372036854775807 + 1 }}", "64 bits"),
            ("{{ (-9223372036854775807 - 1) // -1 }}", "64 bits"),
            ("{{ 99999999999999999999 }}", "too large"),
            ("{% if true %}", "expected"),
            ("{% endif %}", "endif"),
            ("{{ 'abc }}", "not closed"),
            ("{{ 1 ", "not closed"),
            ("{# abc", "not closed"),
            ("{% raw %}", "endraw"),
            ("{{ (1 }}", "not closed"),
            ("{{ (1] }}", "expected"),
            ("{{ $ }}", "not expected"),
            ("{% for x in [1] recursive %}{% endfor %}", "recursive"),
            ("{% for x in 5 %}{% endfor %}", "not a sequence"),
            ("{% break %}", "loops only"),
            ("{% set x.y = 1 %}", "not a namespace"),
            ("{% set a, b = [1] %}", "1 values"),
            ("{{ raise_exception('no system message') }}", "no system message"),
            ("{% macro f() %}{% endmacro %}{{ f(1) }}", "at most 0"),
            ("{{ [1][::0] }}", "step of a slice"),
            ("{{ range(1, 10, 0) }}", "step of a range"),
            ("{{ f(*x) }}", "unpacked"),
            ("{{ {1: 2} }}", "key of a dictionary"),
            ("{{ '\\ud800' }}", "escape"),
        ])
    func mistakes(source: String, named: String) {
        expectLocatedError(naming: named) { try render(source) }
    }

    @Test("a prompt of a megabyte renders")
    func longPrompt() throws {
        let text = String(repeating: "a line of text\n", count: 70_000)
        let source =
            "{% for m in messages %}{{ '<' + m.role + '>' + m.content | trim + '\n' }}{% endfor %}"
        let messages = [ChatMessage(role: "user", content: text), ChatMessage(role: "b", content: "c")]
        let prompt = try ChatTemplate(source, file: nil).render(messages: messages, addGenerationPrompt: true)
        #expect(prompt.utf8.count == text.utf8.count - 1 + "<user>\n<b>c\n".utf8.count)
    }

    @Test("values are written as Python and JSON write them, searches as Python does them")
    func texts() throws {
        #expect(try render("{{ [1, 'a\\n', {'k': none}, [], {}] }}") == "[1, 'a\\n', {'k': None}, [], {}]")
        #expect(
            try render("{{ [1, 'a', {'k': none}, [], {}] | tojson }}") == #"[1, "a", {"k": null}, [], {}]"#)
        #expect(
            try render("{{ {'k': [1, 2], 'e': []} | tojson(indent=2) }}")
                == "{\n  \"k\": [\n    1,\n    2\n  ],\n  \"e\": []\n}")
        #expect(try render("{{ 'aab' in 'aaaab' }} {{ '' in '' }} {{ 'b' in 'a' }}") == "True True False")
        #expect(
            try render("{{ 'éaab'.find('aab') }} {{ 'a'.find('aa') }} {{ 'aaaa'.count('aa') }}") == "1 -1 2")
        #expect(
            try render("{{ ' a  b\\t'.split() }} {{ 'a,b,c'.split(',', 1) }}") == "['a', 'b'] ['a', 'b,c']")
        #expect(try render("{{ 'a\\r\\nb\\n'.splitlines() }} {{ 'éa' | length }}") == "['a', 'b'] 2")
        #expect(
            try render("{{ 'abcd'[::-2] }} {{ [1, 2, 3][1:] }} {{ [3, 1] | sort }}") == "db [2, 3] [1, 3]")
    }

    @Test("a hostile template meets a limit, not the machine's", arguments: HostileTemplate.all)
    func limits(template: HostileTemplate) {
        expectLocatedError(naming: template.limit) { try render(template.source) }
    }

    @Test("random cuts and swaps of a template never trap", arguments: 0..<8)
    func mutations(seed: Int) {
        let source = Array(
            """
            {% set ns = namespace(a=1) %}{% for m in messages if m.x is defined %}{{ m['a'][1:2] | tojson(indent=2) ~ -1 }}
            {%- elif x in [1, (2, 3)] -%}{{ 'a\\n' if loop.first else {'k': 1.5e3}.k }}{% endfor %}{# c #}{% macro f(a, b=1) %}
            {{ a is not divisibleby 2 }}{% endmacro %}{{ f(1, b=2) }}{% if not a and b or c %}{{ 'x'.split(',')[-1] }}{% endif %}
            """.utf8)
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<400 {
            var bytes = source
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes.swapAt(place, Int.random(in: bytes.indices, using: &random))
                default: bytes.insert(source[Int.random(in: source.indices, using: &random)], at: place)
                }
            }
            _ = try? render(String(decoding: bytes, as: UTF8.self), ["messages": .list([.integer(1)])])
        }
    }
}

/// A template that asks for too much, and the word for what it meets.
struct HostileTemplate: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var source: String
    var limit: String

    init(_ name: String, _ source: String, _ limit: String) {
        testDescription = name
        self.source = source
        self.limit = limit
    }

    private static func deep(_ open: String, _ middle: String, _ close: String) -> String {
        "{{ " + String(repeating: open, count: 60_000) + middle + String(repeating: close, count: 60_000)
            + " }}"
    }

    /// `body` with a `v` that is small and written large.
    private static func wide(_ body: String) -> String {
        "{% set t = 'x' * 100000 %}{% set v = [" + String(repeating: "t, ", count: 1000) + "] %}" + body
    }

    static let all = [
        HostileTemplate(
            "loops", "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
            "steps"),
        HostileTemplate("range", "{{ range(1000000000) }}", "range"),
        HostileTemplate("repetition", "{{ 'x' * 1000000000000 }}", "MiB"),
        HostileTemplate("overflow", "{{ 'x' * 9223372036854775807 }}", "MiB"),
        HostileTemplate(
            "doubling",
            "{% set ns = namespace(t='xx') %}{% for i in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
            "MiB"),
        HostileTemplate(
            "work on text",
            "{% set t = 'x' * 1000000 %}{% for i in range(1000) %}{{ t | upper }}{% endfor %}", "MiB"),
        HostileTemplate("replacing", "{% set t = 'x' * 1000000 %}{{ t.replace('x', t) }}", "MiB"),
        HostileTemplate("brackets", deep("(", "1", ")"), "nested"),
        HostileTemplate("lists", deep("[", "", "]"), "nested"),
        HostileTemplate("signs", deep("-", "1", ""), "nested"),
        HostileTemplate("negations", deep("not ", "1", ""), "nested"),
        HostileTemplate("sums", deep("1 + ", "1", ""), "nested"),
        HostileTemplate("comparisons", deep("1 and ", "1", ""), "nested"),
        HostileTemplate("conditions", deep("1 if 1 else ", "1", ""), "nested"),
        HostileTemplate("members", deep("", "x", ".x"), "nested"),
        HostileTemplate("filters", deep("", "1", "|int"), "nested"),
        HostileTemplate("blocks", String(repeating: "{% if 1 %}", count: 60_000), "nested"),
        HostileTemplate("macros", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "macros"),
        HostileTemplate(
            "deep macros",
            "{% macro f() %}{{ " + String(repeating: "-", count: 80)
                + "(f() | int) }}{% endmacro %}{{ f() }}", "nested"),
        HostileTemplate(
            "nested values",
            "{% set ns = namespace(v=[]) %}{% for i in range(90000) %}{% set ns.v = [ns.v] %}{% endfor %}",
            "nested"),
        HostileTemplate(
            "nested loops",
            "{% set ns = namespace(v=[]) %}{% for i in range(9000) %}{% set ns.v = {'a': ns.v}.items %}{% endfor %}",
            "nested"),
        HostileTemplate(
            "shown lists",
            "{% set t = 'x' * 1000000 %}{{ [t, t, t, t, t, t, t, t, t, t, t, t, t, t, t, t, t] }}",
            "MiB"),
        HostileTemplate(
            "shown lists of lists", wide("{{ v }}"), "MiB"),
        HostileTemplate("lists as JSON", wide("{{ v | tojson(indent=16) }}"), "MiB"),
        HostileTemplate(
            "wide values",
            "{% set ns = namespace(v=[1]) %}{% for i in range(60) %}{% set ns.v = [ns.v, ns.v] %}{% endfor %}",
            "steps"),
        HostileTemplate("letters", "{{ ('x' * 8000000) | list }}", "steps"),
        HostileTemplate("sorted letters", "{{ ('x' * 8000000) | sort }}", "steps"),
        HostileTemplate("words", "{{ ('x ' * 4000000).split() }}", "steps"),
        HostileTemplate("parts", "{{ ('x ' * 4000000).split(' ') }}", "MiB"),
        HostileTemplate("lines", "{{ ('\\n' * 4000000).splitlines() }}", "steps"),
        HostileTemplate("search", "{{ ('x' * 400000 ~ 'y') in 'x' * 4000000 }}", "steps"),
        HostileTemplate("find", "{{ ('x' * 2000000).find('x' * 200000 ~ 'y') }}", "steps"),
        HostileTemplate(
            "equal texts",
            "{% set t = 'x' * 4000000 %}{% set u = 'x' * 4000000 %}{% for i in range(100000) %}{% if t == u %}{% endif %}{% endfor %}",
            "steps"),
        HostileTemplate(
            "keys",
            "{{ {" + (0..<60_000).map { "'\($0)': 1" }.joined(separator: ", ") + "} }}", "steps"),
        HostileTemplate(
            "names of what is missing",
            "{% set t = 'x' * 1000000 %}{{ range(100000) | map(attribute=t) | list }}", "MiB"),
        HostileTemplate(
            "maps", "{{ 'a' | map(" + String(repeating: "'map', ", count: 2000) + "'upper') }}", "nested"),
        HostileTemplate(
            "mapped values",
            "{{ ('a' | map(" + String(repeating: "'map', ", count: 150) + "'upper')) }}", "nested"),
        HostileTemplate("indent", "{{ [1] | tojson(indent=100000000) }}", "indent"),
        HostileTemplate("source", String(repeating: "x", count: 1 << 21), "1 MiB"),
    ]
}
