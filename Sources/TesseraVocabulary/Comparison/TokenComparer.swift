internal import TesseraCore
internal import TesseraTokenizers

/// Compares the tokens of two tokenizers, and finds the part that makes them differ.
struct TokenComparer: Sendable {
    private let first: Side
    private let second: Side
    private let special: SpecialTokenReading
    private let identity: TokenIdentity

    /// One of the two tokenizers.
    private struct Side: Sendable {
        let tokenizer: PipelineTokenizer
        let tracer: EncodingTracer
        /// For each id a number that is the same for tokens that count as equal; empty: the id itself.
        var numbers: [Int] = []

        func number(of id: TokenID) -> Int { Int(id) < numbers.count ? numbers[Int(id)] : Int(id) }
    }

    init(
        _ first: PipelineTokenizer, _ second: PipelineTokenizer, by identity: TokenIdentity,
        special: SpecialTokenReading
    ) throws(LocatedError) {
        var sides = [
            Side(tokenizer: first, tracer: try first.tracer()),
            Side(tokenizer: second, tracer: try second.tracer()),
        ]
        self.identity = identity
        self.special = special
        if identity == .bytes {
            var numbers: [[UInt8]: Int] = [:]
            for index in sides.indices {
                let tokenizer = sides[index].tokenizer
                sides[index].numbers = (0..<(try tokenizer.definition.checkedIDCount())).map { id in
                    let bytes = tokenizer.textBytes(of: TokenID(id))
                    if let known = numbers[bytes] { return known }
                    numbers[bytes] = numbers.count
                    return numbers.count - 1
                }
            }
        }
        self.first = sides[0]
        self.second = sides[1]
    }

    /// How the tokens around texts differ; nil: they do not.
    var templateDifference: String? {
        let (left, right) = (first.tokenizer.template, second.tokenizer.template)
        guard !areEqual(left.prefix, right.prefix) || !areEqual(left.suffix, right.suffix) else { return nil }
        func words(_ side: Side) -> String {
            func list(_ ids: [TokenID]) -> String {
                ids.isEmpty ? "nothing" : ids.map { side.tokenizer.words(for: $0) }.joined(separator: " ")
            }
            return
                "\(list(side.tokenizer.template.prefix)) in front and \(list(side.tokenizer.template.suffix)) behind"
        }
        return "A puts \(words(first)) | B puts \(words(second))"
    }

    func areEqual(_ left: [TokenID], _ right: [TokenID]) -> Bool {
        guard identity == .bytes else { return left == right }
        return left.count == right.count
            && zip(left, right).allSatisfy { first.number(of: $0) == second.number(of: $1) }
    }

    /// Where the tokens of `text` first differ, and why; nil: they do not.
    func difference(in text: UnsafeBufferPointer<UInt8>, _ place: TextPlace) -> TokenDifference? {
        let left = first.tokenizer.encodeWithOffsets(text, special: special)
        let right = second.tokenizer.encodeWithOffsets(text, special: special)
        var index = 0
        while index < left.count, index < right.count,
            first.number(of: left[index].id) == second.number(of: right[index].id)
        {
            index += 1
        }
        guard index < left.count || index < right.count else { return nil }
        let starts = [left, right].compactMap { index < $0.count ? $0[index].range.lowerBound : nil }
        let offset = min(starts.min() ?? 0, text.count)
        let (stage, rule) = cause(
            at: offset, first.tracer.trace(text, special: special),
            second.tracer.trace(text, special: special))
        func near(_ spans: [TokenSpan], _ side: Side) -> [TokenDifference.Token] {
            spans[max(0, min(index - 3, spans.count))..<min(index + 5, spans.count)].map {
                .init(id: $0.id, bytes: side.tokenizer.textBytes(of: $0.id), range: $0.range)
            }
        }
        let lines = text[..<offset].count { $0 == 0x0A }
        return TokenDifference(
            file: place.file, line: place.offset == nil ? place.line : place.line + lines,
            offsetInText: offset,
            offsetInFile: place.offset.map { $0 + offset }, equalTokens: index, first: near(left, first),
            second: near(right, second), stage: stage, rule: rule)
    }

    /// The first part whose work differs at `offset`.
    private func cause(at offset: Int, _ left: EncodingTrace, _ right: EncodingTrace) -> (
        EncodingStage, String
    ) {
        if let rule = addedTokenRule(upTo: offset, left.addedTokens, right.addedTokens) {
            return (.addedTokens, rule)
        }
        let (one, two) = (left.piece(at: offset), right.piece(at: offset))
        if let one, let two, one.range == two.range, one.readableBytes == two.readableBytes {
            return (
                .model,
                "A makes \(words(one.tokens, first)) of \(quoted(one.bytes)) | B makes \(words(two.tokens, second))"
            )
        }
        var window = one?.range ?? two?.range ?? offset..<offset
        if let two {
            window =
                min(window.lowerBound, two.range.lowerBound)..<max(window.upperBound, two.range.upperBound)
        }
        let (before, after) = (left.normalized(in: window), right.normalized(in: window))
        if before != after { return (.normalizer, "A makes \(quoted(before)) | B makes \(quoted(after))") }
        return (.preTokenizer, "A cuts \(cuts(left, window)) | B cuts \(cuts(right, window))")
    }

    /// How the added tokens that begin at or before `offset` differ; nil: they do not.
    private func addedTokenRule(upTo offset: Int, _ left: [TokenSpan], _ right: [TokenSpan]) -> String? {
        let one = left.filter { $0.range.lowerBound <= offset }
        let two = right.filter { $0.range.lowerBound <= offset }
        var index = 0
        while index < one.count, index < two.count, one[index].range == two[index].range,
            first.number(of: one[index].id) == second.number(of: two[index].id)
        {
            index += 1
        }
        guard index < one.count || index < two.count else { return nil }
        func found(_ spans: [TokenSpan], _ side: Side) -> String {
            guard index < spans.count else { return "none more" }
            let span = spans[index]
            return
                "\(side.tokenizer.words(for: span.id)) at bytes \(span.range.lowerBound)–\(span.range.upperBound)"
        }
        return "A finds \(found(one, first)) | B finds \(found(two, second))"
    }

    private func words(_ tokens: [TokenSpan], _ side: Side) -> String {
        if tokens.isEmpty { return "nothing" }
        let shown = tokens.prefix(8).map { side.tokenizer.words(for: $0.id) }.joined(separator: " ")
        return tokens.count > 8 ? shown + " …" : shown
    }

    private func cuts(_ trace: EncodingTrace, _ window: Range<Int>) -> String {
        let pieces = trace.pieces.filter { $0.range.overlaps(window) }
        if pieces.isEmpty { return "nothing" }
        let shown = pieces.prefix(8).map { quoted($0.bytes) }.joined(separator: ", ")
        return pieces.count > 8 ? shown + ", …" : shown
    }
}

extension EncodingTrace {
    /// The piece that holds byte `offset` of the text; else the next one.
    fileprivate func piece(at offset: Int) -> Piece? {
        pieces.first { $0.range.upperBound > offset } ?? pieces.last
    }

    /// The normalized text that came from `window`, with spaces for the signs that stand for them.
    fileprivate func normalized(in window: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        for stretch in stretches where stretch.range.overlaps(window) {
            for index in 0..<stretch.text.count {
                let origin = stretch.text.originalRange(of: index..<index + 1)
                if origin.overlaps(window) || (origin.isEmpty && window.contains(origin.lowerBound)) {
                    bytes.append(stretch.text.bytes[index])
                }
            }
        }
        return readable(bytes)
    }
}

extension EncodingTrace.Piece {
    /// The bytes, with spaces for the signs that stand for them.
    fileprivate var readableBytes: [UInt8] { readable(bytes) }
}

/// `bytes` with a space for each U+2581.
private func readable(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(0xE2) else { return bytes }
    var readable: [UInt8] = []
    var rest = bytes[...]
    while let byte = rest.first {
        let isSpace = rest.starts(with: [0xE2, 0x96, 0x81])
        readable.append(isSpace ? 0x20 : byte)
        rest = rest.dropFirst(isSpace ? 3 : 1)
    }
    return readable
}

extension PipelineTokenizer {
    /// The bytes that `id` stands for, with spaces for the signs that stand for them.
    fileprivate func textBytes(of id: TokenID) -> [UInt8] { readable(bytes(of: id)) }

    /// A token in words: its text and its id.
    fileprivate func words(for id: TokenID) -> String { "\(quoted(textBytes(of: id)))(\(id))" }
}
