internal import TesseraCore
internal import TesseraTokenizers

/// Writes the whole numbers of a text in groups, so that a model sees them cut as they are added up.
///
/// Left alone is all that may not be a number to compute with: digits behind a decimal point, and every run that a
/// letter, an underscore or another character of names touches (identifiers, hexadecimal numbers, units, exponents);
/// runs joined by `-`, `/`, `:` or several points (dates, times, telephone and version numbers, addresses); runs that
/// begin with 0; digits with commas that are no grouping; what stands between backticks; other digits than 0 to 9. A
/// number that has commas already, by thousands or as in India, is read before it is grouped anew.
public struct DigitRewriter: Hashable, Sendable {
    /// How numbers are written.
    public let style: NumberStyle
    /// Runs of fewer digits stay as they are; nil: those that are one group.
    public var smallestLength: Int?

    /// A rewriter into `style`.
    public init(_ style: NumberStyle) { self.style = style }

    /// A number that is written otherwise.
    public struct Change: Hashable, Sendable {
        /// Where it stands in the text, in bytes.
        public let range: Range<Int>
        /// What takes its place.
        public let text: String
    }

    /// The text with its numbers in groups.
    ///
    /// - Parameter spans: where numbers may be changed, in bytes of the text; nil: everywhere.
    public func rewrite(_ text: String, within spans: [Range<Int>]? = nil) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var done = 0
        for change in changes(in: text, within: spans) {
            output += bytes[done..<change.range.lowerBound]
            output += change.text.utf8
            done = change.range.upperBound
        }
        output += bytes[done...]
        return String(decoding: output, as: UTF8.self)
    }

    /// The numbers that are written otherwise, in order.
    ///
    /// - Parameter spans: where numbers may be changed, in bytes of the text; nil: everywhere.
    public func changes(in text: String, within spans: [Range<Int>]? = nil) -> [Change] {
        let bytes = Array(text.utf8)
        let code = codeSpans(of: bytes)
        var changes: [Change] = []
        var place = 0
        var nextCode = 0
        while place < bytes.count {
            guard isDigit(bytes[place]) else {
                place += 1
                continue
            }
            while nextCode < code.count, code[nextCode].upperBound <= place { nextCode += 1 }
            let cluster = clusterEnd(in: bytes, from: place)
            defer { place = cluster }
            guard let run = number(in: bytes, place..<cluster),
                nextCode == code.count || code[nextCode].lowerBound >= run.range.upperBound,
                spans?.contains(where: {
                    $0.lowerBound <= run.range.lowerBound && run.range.upperBound <= $0.upperBound
                })
                    ?? true,
                run.digits.utf8.count >= smallestLength ?? ((style.grouping?.size ?? 0) + 1),
                let written = try? style.write(run.digits),
                !bytes[run.range].elementsEqual(written.utf8)
            else { continue }
            changes.append(Change(range: run.range, text: written))
        }
        return changes
    }

    /// Where a stretch of digits ends, together with what joins runs of digits: `.`, `,`, `-`, `/`, `:` and `'`
    /// between two digits.
    private func clusterEnd(in bytes: [UInt8], from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            if isDigit(bytes[end]) {
                end += 1
            } else if Self.joiners.contains(bytes[end]), end + 1 < bytes.count, isDigit(bytes[end + 1]) {
                end += 1
            } else {
                break
            }
        }
        return end
    }

    private static let joiners = Set(".,-/:'".utf8)

    /// The whole number of a stretch of digits and joiners; nil: it is none to compute with.
    private func number(in bytes: [UInt8], _ cluster: Range<Int>) -> (range: Range<Int>, digits: String)? {
        if cluster.lowerBound > 0, !mayStandBefore(bytes, cluster.lowerBound) { return nil }
        if cluster.upperBound < bytes.count, beginsName(bytes, at: cluster.upperBound) { return nil }
        let stretch = bytes[cluster]
        guard stretch.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") }) else {
            return nil
        }
        let points = stretch.indices.filter { stretch[$0] == UInt8(ascii: ".") }
        guard points.count <= 1 else { return nil }
        let whole = stretch[..<(points.first ?? stretch.endIndex)]
        // A comma behind the point is no grouping, and the digits there are not touched.
        guard !stretch[whole.endIndex...].contains(UInt8(ascii: ",")), !whole.isEmpty else { return nil }
        let groups = whole.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard groups.count == 1 || isGrouping(groups.map(\.count)) else { return nil }
        let digits = String(decoding: groups.joined(), as: UTF8.self)
        guard digits.utf8.count == 1 || digits.utf8.first != 0x30 else { return nil }
        return (whole.startIndex..<whole.endIndex, digits)
    }

    /// Whether groups of these lengths are thousands, or lakhs and crores.
    private func isGrouping(_ lengths: [Int]) -> Bool {
        guard let first = lengths.first, lengths.last == 3, (1...3).contains(first) else { return false }
        let inner = lengths.dropFirst().dropLast()
        return inner.allSatisfy { $0 == 3 } || first <= 2 && inner.allSatisfy { $0 == 2 }
    }

    /// Whether a number may begin behind what ends at `place`: not behind a name, nor behind a point or comma.
    private func mayStandBefore(_ bytes: [UInt8], _ place: Int) -> Bool {
        if endsName(bytes, at: place) { return false }
        switch bytes[place - 1] {
        case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "#"), UInt8(ascii: "\\"): return false
        // A sign behind a letter or digit joins names and numbers: UTF-8, 1e-10, RFC/12345.
        case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ":"):
            return place < 2 || !endsName(bytes, at: place - 1)
        default: return true
        }
    }

    /// Whether a letter, a digit of any script, a mark or an underscore ends at `place`.
    private func endsName(_ bytes: [UInt8], at place: Int) -> Bool {
        var start = place - 1
        while start > 0, start > place - 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return isName(bytes[start..<place])
    }

    /// Whether one begins at `place`.
    private func beginsName(_ bytes: [UInt8], at place: Int) -> Bool {
        var end = place + 1
        while end < bytes.count, end < place + 4, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return isName(bytes[place..<end])
    }

    private func isName(_ character: ArraySlice<UInt8>) -> Bool {
        guard let scalar = String(decoding: character, as: UTF8.self).unicodeScalars.first else {
            return false
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .enclosingMark,
            .connectorPunctuation:
            return true
        default: return false
        }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// What stands between runs of as many backticks.
    private func codeSpans(of bytes: [UInt8]) -> [Range<Int>] {
        var spans: [Range<Int>] = []
        var runs: [Range<Int>] = []
        var place = 0
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "`") else {
                place += 1
                continue
            }
            let start = place
            while place < bytes.count, bytes[place] == UInt8(ascii: "`") { place += 1 }
            runs.append(start..<place)
        }
        // For each run the next one of its length, found from behind, so that the time is linear.
        var next: [Int: Int] = [:]
        var closing = [Int?](repeating: nil, count: runs.count)
        for index in runs.indices.reversed() {
            closing[index] = next[runs[index].count]
            next[runs[index].count] = index
        }
        var index = 0
        while index < runs.count {
            if let end = closing[index] {
                spans.append(runs[index].lowerBound..<runs[end].upperBound)
                index = end + 1
            } else {
                // A fence that is never closed is code up to the end.
                if runs[index].count >= 3 { spans.append(runs[index].lowerBound..<bytes.count) }
                index += 1
            }
        }
        return spans
    }
}
