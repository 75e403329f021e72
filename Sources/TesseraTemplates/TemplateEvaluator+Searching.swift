/// Searches in text, counted as they go: a hostile part makes the comparisons many.
extension TemplateEvaluator {
    /// Where `part` starts in `text` at or after `start`; nil when it is not there.
    mutating func firstPlace(
        of part: [UInt8], in text: [UInt8], from start: Int = 0, _ line: Int
    ) throws(TemplateError) -> Int? {
        guard let first = part.first else { return start <= text.count ? start : nil }
        var place = start
        var compared = 0
        while place + part.count <= text.count {
            compared += 1
            if text[place] == first {
                var length = 1
                while length < part.count, text[place + length] == part[length] { length += 1 }
                compared += length
                if length == part.count {
                    try compareBytes(compared, line)
                    return place
                }
            }
            place += 1
            if compared >= 1 << 16 {
                try compareBytes(compared, line)
                compared = 0
            }
        }
        try compareBytes(compared, line)
        return nil
    }

    /// The parts of `text` between occurrences of `separator`.
    ///
    /// Each part costs a step.
    ///
    /// - Parameters:
    ///   - separator: what parts them, not empty.
    ///   - limit: how many cuts are made at most; unless negative.
    mutating func split(
        _ text: String, by separator: String, limit: Int = -1, _ line: Int
    ) throws(TemplateError) -> [String] {
        try produce(text.utf8.count, line)
        let text = Array(text.utf8)
        let separator = Array(separator.utf8)
        guard !separator.isEmpty else { return [String(decoding: text, as: UTF8.self)] }
        var parts: [String] = []
        var start = 0
        while limit < 0 || parts.count < limit,
            let place = try firstPlace(of: separator, in: text, from: start, line)
        {
            try step(line)
            parts.append(String(decoding: text[start..<place], as: UTF8.self))
            start = place + separator.count
        }
        parts.append(String(decoding: text[start...], as: UTF8.self))
        return parts
    }

    /// How often `part`, which is not empty, occurs in `text`, none overlapping.
    mutating func occurrences(
        of part: String, in text: String, _ line: Int
    ) throws(TemplateError) -> Int {
        let text = Array(text.utf8)
        let part = Array(part.utf8)
        var count = 0
        var start = 0
        while let place = try firstPlace(of: part, in: text, from: start, line) {
            count += 1
            start = place + part.count
        }
        return count
    }
}
