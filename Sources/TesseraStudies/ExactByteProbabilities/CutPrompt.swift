internal import TesseraCore
internal import TesseraTokenizers

/// A text that ends inside a token, and the bytes that come next.
struct CutPrompt {
    /// What it was taken from.
    let source: String
    let text: [UInt8]
    let next: [UInt8]

    /// How many bytes are to be predicted.
    static let nextCount = 8

    /// Whether the place where it ends is inside white space.
    var endsInSpace: Bool {
        [text.last, next.first].allSatisfy { $0.map { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 } ?? false }
    }

    /// Cuts texts of 200 to 600 ASCII bytes out of lines, each at a random byte inside a random token.
    static func cut(
        _ lines: [String], from source: String, count: Int, tokenizer: PipelineTokenizer, seed: UInt64
    ) -> [CutPrompt] {
        let random = CounterRandom(seed: seed)
        var prompts: [CutPrompt] = []
        for attempt in 0..<(count * 200) where prompts.count < count {
            func draw(_ stream: UInt64, below bound: Int) -> Int {
                min(max(0, bound - 1), Int(random.uniform(at: attempt, stream: stream) * Double(bound)))
            }
            var text: [UInt8] = []
            var line = draw(0, below: lines.count)
            while text.count < 700, line < lines.count {
                text += Array(lines[line].utf8) + [0x0A]
                line += 1
            }
            text = Array(text.prefix(700))
            guard text.count == 700, text.allSatisfy({ $0 < 0x80 }) else { continue }
            let ids = tokenizer.encode(text, special: .asText)
            var start = 0
            var places: [Range<Int>] = []
            for id in ids {
                let end = start + tokenizer.bytes(of: id).count
                if start >= 200, end <= 600, end - start > 1 { places.append((start + 1)..<end) }
                start = end
            }
            guard start == text.count, !places.isEmpty else { continue }
            let place = places[draw(1, below: places.count)]
            let end = place.lowerBound + draw(2, below: place.count)
            prompts.append(
                CutPrompt(
                    source: source, text: Array(text[..<end]), next: Array(text[end..<(end + nextCount)])))
        }
        return prompts
    }
}
