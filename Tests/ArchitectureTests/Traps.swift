/// The lines of Swift source that end the process when something is not as expected: `fatalError`,
/// `preconditionFailure`, `try!`, `as!`, unsafe unowned references, forced unwraps and types that unwrap by themselves.
///
/// Comments, strings (but for what is interpolated) and regular expressions are passed over.
func traps(in source: String) -> [(line: Int, text: String)] {
    let code = codeOnly(source)
    let patterns = [
        #/\b(?:fatalError|preconditionFailure)\b|\b(?:try|as)!|\bunowned\(unsafe\)/#,
        // Behind a name, a bracket or a quotation mark, `!` unwraps; `!=` with white space in front compares.
        #/[\w)\]}`"?]!(?!=)/#, #/[\w)\]}`"?]!=(?!\s)/#,
    ]
    return zip(source.split(separator: "\n", omittingEmptySubsequences: false), code).enumerated().compactMap
    {
        index, line in
        patterns.contains { line.1.contains($0) } ? (index + 1, String(line.0)) : nil
    }
}

/// The lines of a source without comments, and with the contents of strings and regular expressions blanked.
private func codeOnly(_ source: String) -> [String] {
    var scanner = CodeScanner(source)
    return scanner.lines()
}

private struct CodeScanner {
    private let characters: [Character]
    private var place = 0
    private var output = ""

    init(_ source: String) { characters = Array(source) }

    mutating func lines() -> [String] {
        code(untilParenthesis: false)
        return output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func isAt(_ text: String) -> Bool {
        let wanted = Array(text)
        return place + wanted.count <= characters.count
            && characters[place..<place + wanted.count].elementsEqual(wanted)
    }

    private mutating func skip(_ count: Int) {
        for character in characters[place..<min(place + count, characters.count)] where character == "\n" {
            output.append("\n")
        }
        place = min(place + count, characters.count)
    }

    /// Copies code up to the end, or to the parenthesis that closes an interpolation.
    private mutating func code(untilParenthesis: Bool) {
        var depth = 0
        while place < characters.count {
            if isAt("//") {
                while place < characters.count, characters[place] != "\n" { place += 1 }
            } else if isAt("/*") {
                blockComment()
            } else if let hashes = hashesBefore("\"") {
                string(hashes: hashes)
            } else if let hashes = hashesBefore("/"), hashes > 0 {
                expression(hashes: hashes)
            } else {
                let character = characters[place]
                if character == "(" { depth += 1 }
                if character == ")" {
                    if untilParenthesis, depth == 0 {
                        place += 1
                        return
                    }
                    depth -= 1
                }
                output.append(character)
                place += 1
            }
        }
    }

    /// How many `#` stand here in front of `character`; nil when something else does.
    private func hashesBefore(_ character: Character) -> Int? {
        var end = place
        while end < characters.count, characters[end] == "#" { end += 1 }
        return end < characters.count && characters[end] == character ? end - place : nil
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if isAt("/*") {
                depth += 1
                skip(2)
            } else if isAt("*/") {
                depth -= 1
                skip(2)
            } else {
                skip(1)
            }
        } while depth > 0 && place < characters.count
    }

    private mutating func string(hashes: Int) {
        let mark = String(repeating: "#", count: hashes)
        skip(hashes)
        let quotes = isAt("\"\"\"") ? "\"\"\"" : "\""
        skip(quotes.count)
        output.append("\"")
        while place < characters.count, !isAt(quotes + mark) {
            if isAt("\\" + mark + "(") {
                skip(hashes + 2)
                output.append(" ")
                code(untilParenthesis: true)
                output.append(" ")
            } else {
                skip(hashes == 0 && characters[place] == "\\" ? 2 : 1)
            }
        }
        skip(quotes.count + hashes)
        output.append("\"")
    }

    private mutating func expression(hashes: Int) {
        let end = "/" + String(repeating: "#", count: hashes)
        skip(hashes + 1)
        while place < characters.count, !isAt(end) { skip(1) }
        skip(end.count)
        output.append("\"")
    }
}
