internal import TesseraCore

/// Tells where a text may be cut for good: whatever is appended later, the tokens before such a place stay, and those
/// behind it are what the text from there on becomes.
///
/// A place between two characters is final when, from these two alone, it is certain that
/// - the normalizer changes neither together with anything across the place,
/// - the pre-tokenizer ends a piece there, or neither side has influence on how the other is cut and no merge joins a
///   token that ends with the one character to a token that begins with the other (`SafeCuts`),
/// and when no added token ends there or may reach across, judged by what stands in front of the place. What follows a
/// place is encoded with the character before it in front, whose own tokens are subtracted: a space that a normalizer
/// puts before a text, or strips, then stays with that character.
final class FinalCuts: Sendable {
    private let normalizing: [NormalizingStep]
    private let splitting: [SplittingStep]
    /// Where pieces may be cut; nil: only their ends count.
    private let joins: SafeCuts?
    /// Whether the character before a place must not be white space.
    private let needsInk: Bool
    /// The ASCII characters between which a place is final but for added tokens.
    private let ascii: ASCIIPairSet

    /// What is looked for in the text as it is.
    private let spellings: Spellings
    /// What is looked for in the text that `normalizer` made.
    private let normalizedSpellings: Spellings
    private let normalizer: NormalizerProgram?

    init(_ tokenizer: PipelineTokenizer) {
        let definition = tokenizer.definition
        let userDefined = definition.model.userDefinedSpellings
        normalizing = NormalizingStep.steps(of: definition.normalizer)
        (splitting, joins) = Self.splitting(of: tokenizer)
        needsInk =
            definition.addedTokens.contains { $0.stripsLeft || $0.stripsRight }
            || definition.normalizer?.dropsWhiteSpace ?? false
        let program = definition.normalizer.flatMap {
            try? NormalizerProgram($0, userDefined: userDefined)
        }
        let contents = definition.addedTokens.map(\.content)
        let plain = userDefined.map { Self.replaced($0, [0xE2, 0x96, 0x81], by: [0x20]) }
        spellings = Spellings(contents + userDefined + plain)
        normalizer = program
        let normalized = definition.addedTokens.filter(\.isNormalized).flatMap {
            Self.normalizedForms(of: $0.content, by: program)
        }
        normalizedSpellings = program == nil ? Spellings([]) : Spellings(normalized + userDefined)
        ascii = ASCIIPairSet { [normalizing, splitting, joins] in
            Self.isFinal($0, $1, normalizing, splitting, joins)
        }
    }

    private static func splitting(of tokenizer: PipelineTokenizer) -> ([SplittingStep], SafeCuts?) {
        switch tokenizer.path {
        case .byteLevel(let encoder), .normalizedByteLevel(let encoder, _, _):
            return (SplittingStep.steps(of: encoder.splitRule), nil)
        case .general(let general):
            var joins: SafeCuts?
            if case .bytePair(let definition) = tokenizer.definition.model,
                case .bytePair(let model) = general.model,
                !definition.ignoresMerges, !tokenizer.definition.spellsBytes
            {
                joins = model.cuts ?? SafeCuts(definition, symbols: model.symbols)
            }
            return (SplittingStep.steps(of: tokenizer.definition.preTokenizer), joins)
        }
    }

    /// Whether the text before `place` is settled, whatever follows the character behind it.
    ///
    /// - Parameter start: where the text that is not settled begins; the character before it belongs to it.
    func isFinal(_ text: UTF8Text, at place: Int, from start: Int) -> Bool {
        guard let left = text.validScalar(before: place), let right = text.validScalar(at: place) else {
            return false
        }
        if needsInk, isWhiteSpace(left) { return false }
        if left | right < 0x80 {
            guard ascii.contains(left, right) else { return false }
        } else if !Self.isFinal(left, right, normalizing, splitting, joins) {
            return false
        }
        guard !spellings.mayReach(across: place, of: text) else { return false }
        return normalizedSpellings.isEmpty || isFinalWhenNormalized(text, at: place, from: start)
    }

    /// Whether the place between two characters is final where no added token is near.
    private static func isFinal(
        _ left: UInt32, _ right: UInt32, _ normalizing: [NormalizingStep], _ splitting: [SplittingStep],
        _ joins: SafeCuts?
    ) -> Bool {
        guard var left = image(of: left, normalizing), var right = image(of: right, normalizing) else {
            return false
        }
        for step in splitting {
            switch step.border(&left, &right) {
            case .open: return false
            case .fresh: continue
            case .cut: return true
            }
        }
        return joins?.allows(left, right) ?? false
    }

    private static func image(of scalar: UInt32, _ normalizing: [NormalizingStep]) -> UInt32? {
        var scalar = scalar
        for step in normalizing {
            guard let image = step.image(of: scalar) else { return nil }
            scalar = image
        }
        return scalar
    }

    /// How much of the text before a place is normalized to look for added tokens, in bytes.
    private static let window = 1024

    /// Whether no normalized token may reach across, in the text as it is or behind the character before alone.
    private func isFinalWhenNormalized(_ text: UTF8Text, at place: Int, from start: Int) -> Bool {
        guard normalizedSpellings.longest <= Self.window / 8 else { return false }
        var lower = max(start, place - Self.window)
        if lower > start {
            // The window begins between two ASCII characters, which no normalizer takes together.
            let latest = place - Self.window / 2
            while lower < latest, !(text[lower] < 0x80 && text[lower - 1] < 0x80) { lower += 1 }
            guard lower < latest else { return false }
        }
        let last = text.startOfScalar(before: place)
        for from in [lower, last] where mayReach(text.bytes(from..<place)) { return false }
        return true
    }

    private func mayReach(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let normalized = Self.normalized(Array(bytes), by: normalizer)
        return normalized.withUnsafeBufferPointer {
            normalizedSpellings.mayReach(across: normalized.count, of: UTF8Text($0))
        }
    }

    private static func normalized(_ bytes: [UInt8], by normalizer: NormalizerProgram?) -> [UInt8] {
        guard let normalizer else { return bytes }
        var text = AlignedText(String(decoding: bytes, as: UTF8.self), tracksOrigins: false)
        normalizer.apply(to: &text)
        return text.bytes
    }

    /// What a content is looked for as, and what it is in the middle of a text, where nothing is put before it.
    private static func normalizedForms(of content: [UInt8], by normalizer: NormalizerProgram?) -> [[UInt8]] {
        let before: [UInt8] = [0x61]
        let (inside, prefix) = (
            normalized(before + content, by: normalizer), normalized(before, by: normalizer)
        )
        return [normalized(content, by: normalizer), Array(inside.dropFirst(prefix.count))]
    }

    private static func replaced(_ bytes: [UInt8], _ old: [UInt8], by new: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if rest.starts(with: old) {
                result += new
                rest = rest.dropFirst(old.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }
}

/// Texts that are looked for, to tell whether one may reach across a place.
private struct Spellings: Sendable {
    private var trie = ByteTrie()
    /// The bytes of the longest.
    private(set) var longest = 0
    /// Whether one holds what takes the place of ill-formed text.
    private var holdsReplacement = false

    init(_ spellings: [[UInt8]]) {
        for spelling in spellings {
            trie.insert(spelling, value: 0)
            longest = max(longest, spelling.count)
            if String(decoding: spelling, as: UTF8.self).unicodeScalars.contains("\u{FFFD}") {
                holdsReplacement = true
            }
        }
    }

    var isEmpty: Bool { trie.isEmpty }

    /// Whether the text before `place` ends with one of them or with the beginning of one.
    func mayReach(across place: Int, of text: UTF8Text) -> Bool {
        if holdsReplacement { return true }
        var position = place
        while position > max(0, place - longest) {
            position -= 1
            if trie.begins(with: text[position]), trie.holdsBeginning(in: text, from: position, to: place) {
                return true
            }
        }
        return false
    }
}

extension UTF8Text {
    /// The code point that begins at `position` of bytes that need not be UTF-8; nil where none does.
    func validScalar(at position: Int) -> UInt32? {
        let lead = self[position]
        if lead < 0x80 { return UInt32(lead) }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard lead >= 0xC2, position + length <= count,
            firstInvalidUTF8Offset(in: bytes(position..<position + length)) == nil
        else { return nil }
        return scalar(at: position).value
    }

    /// The code point that ends at `position`, above zero, of bytes that need not be UTF-8; nil where none does.
    func validScalar(before position: Int) -> UInt32? {
        let last = self[position - 1]
        if last < 0x80 { return UInt32(last) }
        for start in stride(from: position - 2, through: max(0, position - 4), by: -1)
        where self[start] & 0xC0 != 0x80 {
            guard let scalar = validScalar(at: start), start + self.scalar(at: start).length == position
            else {
                return nil
            }
            return scalar
        }
        return nil
    }
}
