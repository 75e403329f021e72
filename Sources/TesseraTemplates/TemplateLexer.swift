/// A token of a template, with the line it starts on.
struct TemplateToken {
    enum Kind: Equatable {
        /// Text outside tags.
        case text(String)
        /// `{{` and `}}`, `{%` and `%}`.
        case beginOutput, endOutput, beginBlock, endBlock
        case name(String)
        case string(String)
        case integer(Int)
        case number(Double)
        /// An operator or bracket.
        case symbol(String)
        case end
    }

    var kind: Kind
    var line: Int
}

/// Cuts a template into tokens, with `trim_blocks` and `lstrip_blocks` on.
struct TemplateLexer {
    private let source: [UInt8]
    private var position = 0
    private var line = 1
    private var tokens: [TemplateToken] = []

    private init(_ source: [UInt8]) {
        self.source = source
    }

    /// The tokens of `source`; the last is `.end`.
    static func tokens(of source: String) throws(TemplateError) -> [TemplateToken] {
        var bytes = Array(source.utf8)
        guard bytes.count <= TemplateLimits.sourceBytes else {
            throw TemplateError(line: 1, problem: "the template has \(bytes.count) bytes, the limit is 1 MiB")
        }
        bytes = withUnixLineEnds(bytes)
        // Jinja drops one line break at the end of a template.
        if bytes.last == 0x0A { bytes.removeLast() }
        var lexer = TemplateLexer(bytes)
        try lexer.run()
        return lexer.tokens
    }

    private static func withUnixLineEnds(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0x0D) else { return bytes }
        var output: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A, index > 0, bytes[index - 1] == 0x0D { continue }
            output.append(byte == 0x0D ? 0x0A : byte)
        }
        return output
    }

    private mutating func run() throws(TemplateError) {
        var stripsNext = false
        while position < source.count {
            let start = position
            guard let tag = nextTag(from: position) else {
                addText(start..<source.count, left: stripsNext, right: .no)
                position = source.count
                break
            }
            let kind = source[tag + 1]
            let sign = tag + 2 < source.count ? source[tag + 2] : 0
            let strips = sign == UInt8(ascii: "-")
            let keeps = sign == UInt8(ascii: "+")
            let isBlock = kind != UInt8(ascii: "{")
            addText(start..<tag, left: stripsNext, right: strips ? .all : isBlock && !keeps ? .line : .no)
            position = tag + 2 + (strips || keeps ? 1 : 0)
            switch kind {
            case UInt8(ascii: "#"): stripsNext = try skipComment()
            case UInt8(ascii: "%"):
                if let end = try raw() {
                    stripsNext = end
                } else {
                    add(.beginBlock)
                    stripsNext = try tagBody(closing: UInt8(ascii: "%"))
                    add(.endBlock)
                }
            default:
                add(.beginOutput)
                stripsNext = try tagBody(closing: UInt8(ascii: "}"))
                add(.endOutput)
            }
        }
        add(.end)
    }

    // MARK: Text

    private enum RightStrip { case no, line, all }

    private func nextTag(from start: Int) -> Int? {
        var index = start
        while index + 1 < source.count {
            if source[index] == UInt8(ascii: "{"), "{%#".utf8.contains(source[index + 1]) { return index }
            index += 1
        }
        return nil
    }

    private mutating func addText(_ range: Range<Int>, left: Bool, right: RightStrip) {
        var start = range.lowerBound
        var end = range.upperBound
        if left {
            while start < end, Self.isSpace(source[start]) { start += 1 }
        }
        switch right {
        case .no: break
        case .all: while end > start, Self.isSpace(source[end - 1]) { end -= 1 }
        case .line:
            // Only blanks between the start of the line and the tag; the line may start before this text.
            var blank = end
            while blank > start, source[blank - 1] == 0x20 || source[blank - 1] == 0x09 { blank -= 1 }
            if blank == 0 || source[blank - 1] == 0x0A { end = blank }
        }
        if start < end { add(.text(String(decoding: source[start..<end], as: UTF8.self))) }
        line += source[range].count { $0 == 0x0A }
    }

    private mutating func skipComment() throws(TemplateError) -> Bool {
        let startLine = line
        while position + 1 < source.count {
            if source[position] == UInt8(ascii: "#"), source[position + 1] == UInt8(ascii: "}") {
                let strips = source[position - 1] == UInt8(ascii: "-")
                position += 2
                if !strips { skipLineBreak() }
                return strips
            }
            if source[position] == 0x0A { line += 1 }
            position += 1
        }
        throw TemplateError(line: startLine, problem: "a comment is not closed")
    }

    /// `{% raw %}` to `{% endraw %}` as text; nil when the tag is another.
    private mutating func raw() throws(TemplateError) -> Bool? {
        guard let (open, stripsInside) = rawTag("raw", at: position) else { return nil }
        let startLine = line
        var index = open
        while index + 1 < source.count {
            if source[index] == UInt8(ascii: "{"), source[index + 1] == UInt8(ascii: "%") {
                var name = index + 2
                var right = RightStrip.line
                if name < source.count, source[name] == UInt8(ascii: "-") { right = .all }
                if name < source.count, source[name] == UInt8(ascii: "+") { right = .no }
                if right != .line { name += 1 }
                if let (close, stripsAfter) = rawTag("endraw", at: name) {
                    var start = open
                    if !stripsInside, start < source.count, source[start] == 0x0A {
                        line += 1
                        start += 1
                    }
                    addText(min(start, index)..<index, left: stripsInside, right: right)
                    position = close
                    if !stripsAfter { skipLineBreak() }
                    return stripsAfter
                }
            }
            index += 1
        }
        throw TemplateError(line: startLine, problem: "raw is not closed by endraw")
    }

    /// Where a tag that consists of `name` ends, and whether it strips what follows.
    private func rawTag(_ name: String, at start: Int) -> (end: Int, strips: Bool)? {
        var index = start
        while index < source.count, Self.isSpace(source[index]) { index += 1 }
        guard source[index...].starts(with: name.utf8) else { return nil }
        index += name.utf8.count
        while index < source.count, Self.isSpace(source[index]) { index += 1 }
        if source[index...].starts(with: "-%}".utf8) { return (index + 3, true) }
        return source[index...].starts(with: "%}".utf8) ? (index + 2, false) : nil
    }

    private mutating func skipLineBreak() {
        if position < source.count, source[position] == 0x0A {
            line += 1
            position += 1
        }
    }

    // MARK: Inside a tag

    /// Reads tokens to the end of the tag; says whether white space after it is stripped.
    private mutating func tagBody(closing: UInt8) throws(TemplateError) -> Bool {
        let startLine = line
        var depth = 0
        while position < source.count {
            let byte = source[position]
            if Self.isSpace(byte) {
                if byte == 0x0A { line += 1 }
                position += 1
                continue
            }
            if depth == 0 || closing == UInt8(ascii: "%"), let strips = endOfTag(closing) { return strips }
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): try string(quote: byte)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "_"):
                let start = position
                while position < source.count, Self.isNamePart(source[position]) { position += 1 }
                add(.name(String(decoding: source[start..<position], as: UTF8.self)))
            default: try symbol(&depth)
            }
        }
        throw TemplateError(line: startLine, problem: "a tag is not closed")
    }

    private mutating func endOfTag(_ closing: UInt8) -> Bool? {
        var index = position
        let sign = source[index]
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { index += 1 }
        guard index + 1 < source.count, source[index] == closing, source[index + 1] == UInt8(ascii: "}")
        else {
            return nil
        }
        position = index + 2
        if closing == UInt8(ascii: "%"), sign != UInt8(ascii: "-"), sign != UInt8(ascii: "+") {
            skipLineBreak()
        }
        return sign == UInt8(ascii: "-")
    }

    private mutating func symbol(_ depth: inout Int) throws(TemplateError) {
        let pairs = ["**", "//", "==", "!=", "<=", ">="]
        let rest = source[position...]
        if let pair = pairs.first(where: { rest.starts(with: $0.utf8) }) {
            position += 2
            return add(.symbol(pair))
        }
        let byte = source[position]
        guard "+-*/%~<>=()[]{},.:|".utf8.contains(byte) else {
            throw TemplateError(
                line: line,
                problem: "the character \(Unicode.Scalar(byte).debugDescription) is not expected here")
        }
        if "([{".utf8.contains(byte) { depth += 1 }
        if ")]}".utf8.contains(byte) { depth -= 1 }
        position += 1
        add(.symbol(String(Unicode.Scalar(byte))))
    }

    private mutating func number() throws(TemplateError) {
        let start = position
        func digits(_ index: inout Int) {
            while index < source.count, Self.isDigit(source[index]) || source[index] == UInt8(ascii: "_") {
                index += 1
            }
        }
        digits(&position)
        var isWhole = true
        if position + 1 < source.count, source[position] == UInt8(ascii: "."),
            Self.isDigit(source[position + 1])
        {
            isWhole = false
            position += 1
            digits(&position)
        }
        if position + 1 < source.count, source[position] | 0x20 == UInt8(ascii: "e") {
            var index = position + 1
            if source[index] == UInt8(ascii: "-") || source[index] == UInt8(ascii: "+") { index += 1 }
            if index < source.count, Self.isDigit(source[index]) {
                isWhole = false
                digits(&index)
                position = index
            }
        }
        let text = String(
            decoding: source[start..<position].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        if isWhole {
            guard let value = Int(text) else {
                throw TemplateError(line: line, problem: "the number \(text) is too large")
            }
            add(.integer(value))
        } else {
            guard let value = Double(text) else {
                throw TemplateError(line: line, problem: "\(text) is not a number")
            }
            add(.number(value))
        }
    }

    private mutating func string(quote: UInt8) throws(TemplateError) {
        let startLine = line
        var bytes: [UInt8] = []
        position += 1
        while position < source.count {
            let byte = source[position]
            position += 1
            if byte == quote {
                tokens.append(
                    TemplateToken(kind: .string(String(decoding: bytes, as: UTF8.self)), line: startLine))
                return
            }
            if byte == 0x0A { line += 1 }
            if byte == UInt8(ascii: "\\"), position < source.count {
                try escape(into: &bytes)
            } else {
                bytes.append(byte)
            }
        }
        throw TemplateError(line: startLine, problem: "a string is not closed")
    }

    /// The escapes of Python's string literals that templates use; others stay as they are.
    private mutating func escape(into bytes: inout [UInt8]) throws(TemplateError) {
        let byte = source[position]
        position += 1
        switch byte {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(byte)
        case 0x0A: line += 1
        case UInt8(ascii: "x"): try hexadecimal(2, into: &bytes)
        case UInt8(ascii: "u"): try hexadecimal(4, into: &bytes)
        case UInt8(ascii: "U"): try hexadecimal(8, into: &bytes)
        default:
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
            if byte == 0x0A { line += 1 }
        }
    }

    private mutating func hexadecimal(_ count: Int, into bytes: inout [UInt8]) throws(TemplateError) {
        let digits = source[position..<min(position + count, source.count)]
        guard digits.count == count, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw TemplateError(line: line, problem: "an escape in a string is not a character") }
        bytes.append(contentsOf: String(scalar).utf8)
        position += count
    }

    private mutating func add(_ kind: TemplateToken.Kind) {
        tokens.append(TemplateToken(kind: kind, line: line))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || (0x61...0x7A).contains(byte | 0x20) && byte < 0x80
    }
}
