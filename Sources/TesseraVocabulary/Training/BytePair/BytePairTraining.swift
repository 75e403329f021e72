internal import TesseraCore
internal import TesseraTokenizers

/// From counted pieces to learned merges: what BPE and WordPiece share.
///
/// Ids are given as Hugging Face's `BpeTrainer` does: special tokens, the alphabet by code point, symbols with a prefix
/// or suffix, then merges in the order in which they are learned. The reference numbers symbols with a prefix or
/// suffix in the order of a hash table; here their order is that of the code points.
struct BytePairTraining {
    let settings: TrainingSettings
    let cutter: PieceCutter
    var continuingPrefix = ""
    var endSuffix = ""
    var tokenLength: Int?
    /// Tokens that come after the special ones and that no merge is made of.
    var furtherTokens: [String] = []

    let progress: Progress
    let cancellation: Cancellation

    /// What was learned.
    struct Outcome {
        var spellings: [[UInt8]]
        var merges: [MergeTrainer.Merge]
        var pieceCount = 0
        var tokenCount = 0
    }

    /// Learns the merges of the pieces in `counts`.
    ///
    /// - Throws: `LocatedError` when the settings do not go together or counts cannot be read; `CancelledError`.
    func learn(from counts: consuming PieceCounts) throws -> Outcome {
        let spellsBytes = cutter.spellsBytes
        var alphabet = Alphabet(
            spellsBytes: spellsBytes, hasPrefix: !continuingPrefix.isEmpty, hasSuffix: !endSuffix.isEmpty)
        var builder = SymbolArena.Builder()
        var pieceCount = 0
        var check = PieceTotals(smallestCount: settings.smallestPieceCount)
        try counts.forEach { piece, count throws(LocatedError) in
            guard try check.accepts(piece, count) else { return }
            pieceCount += 1
            builder.note(symbols: alphabet.note(piece, count: count), count: count)
        }
        try cancellation.check()

        var tokens = TokenNumbers()
        for token in settings.specialTokens + furtherTokens { tokens.number(Array(token.utf8)) }
        if spellsBytes, settings.alphabetLimit == nil {
            for byte in 0..<UInt32(256) { alphabet.require(byte) }
        }
        for scalar in settings.initialAlphabet {
            if !spellsBytes { alphabet.require(scalar.value) }
        }
        let symbols = symbolNumbers(alphabet, &tokens)
        // Characters outside the alphabet have no symbol, and what stands beside them become neighbours.
        if let limit = settings.alphabetLimit, limit < Int.max {
            builder = SymbolArena.Builder()
            try counts.forEach { piece, count throws(LocatedError) in
                guard check.isFrequent(count) else { return }
                var length = 0
                alphabet.forEachCharacter(of: piece) { character, form in
                    if symbols.number(of: character, form) != nil { length += 1 }
                }
                builder.note(symbols: length, count: count)
            }
        }
        var singles = 0
        let arena = try builder.build { filler throws(LocatedError) in
            var word: [UInt32] = []
            try counts.forEach { piece, count throws(LocatedError) in
                guard check.isFrequent(count) else { return }
                word.removeAll(keepingCapacity: true)
                alphabet.forEachCharacter(of: piece) { character, form in
                    if let number = symbols.number(of: character, form) { word.append(number) }
                }
                if word.count == 1 { singles &+= count }
                word.withUnsafeBufferPointer { filler.add($0, count: count) }
            }
        }
        discard(counts)
        try cancellation.check()
        guard settings.vocabularySize < Vocabulary.largestTrainedCount else {
            throw LocatedError(
                field: "--vocab-size",
                problem: "\(settings.vocabularySize) tokens are more than a vocabulary holds",
                remedy: "ask for fewer than \(Vocabulary.largestTrainedCount)")
        }
        var limits = MergeLimits(vocabularySize: settings.vocabularySize)
        limits.smallestCount = settings.smallestCount
        limits.tokenLength = tokenLength
        let trainer = MergeTrainer(
            arena, spellings: tokens.spellings, limits: limits, continuingPrefix: Array(continuingPrefix.utf8)
        )
        var outcome = try run(trainer)
        outcome.pieceCount = pieceCount
        outcome.tokenCount &+= singles
        return outcome
    }

    /// Makes merges until there are enough.
    func run(_ trainer: consuming MergeTrainer) throws -> Outcome {
        var trainer = trainer
        let begun = trainer.spellings.count
        var steps = 0
        while trainer.step() {
            steps += 1
            if steps % 64 == 0 {
                try cancellation.check()
                progress.report(
                    "merging", trainer.spellings.count - begun, of: max(settings.vocabularySize - begun, 1),
                    unit: "merges")
            }
        }
        return Outcome(spellings: trainer.spellings, merges: trainer.merges, tokenCount: trainer.tokenCount)
    }

    /// Gives numbers to the alphabet and to symbols with a prefix or suffix.
    private func symbolNumbers(_ alphabet: borrowing Alphabet, _ tokens: inout TokenNumbers) -> SymbolNumbers
    {
        let kept = alphabet.kept(limit: settings.alphabetLimit)
        var numbers = SymbolNumbers(hasForms: !continuingPrefix.isEmpty || !endSuffix.isEmpty)
        let order =
            cutter.spellsBytes
            // The order is that of the characters by which bytes are spelled.
            ? kept.sorted { scalar(of: $0) < scalar(of: $1) } : kept
        for character in order { numbers.set(tokens.number(spelling(of: character)), of: character, .plain) }
        for character in order {
            for form in alphabet.otherForms(of: character) {
                let prefix = form == .last ? "" : continuingPrefix
                let suffix = form == .continuing ? "" : endSuffix
                let whole = Array(prefix.utf8) + spelling(of: character) + Array(suffix.utf8)
                numbers.set(tokens.number(whole), of: character, form)
            }
        }
        return numbers
    }

    private func spelling(of character: UInt32) -> [UInt8] {
        if cutter.spellsBytes { return cutter.spelling(of: UInt8(truncatingIfNeeded: character)) }
        guard let scalar = Unicode.Scalar(character) else { return Array("\u{FFFD}".utf8) }
        return Array(String(scalar).utf8)
    }

    private func scalar(of byte: UInt32) -> UInt32 {
        String(decoding: spelling(of: byte), as: UTF8.self).unicodeScalars.first?.value ?? byte
    }

    private func discard(_ counts: consuming PieceCounts) {}
}

/// Tokens by number and by spelling.
struct TokenNumbers {
    private(set) var spellings: [[UInt8]] = []
    private var numbers: [[UInt8]: UInt32] = [:]

    /// The number of the token with this spelling, which is added when there is none.
    @discardableResult
    mutating func number(_ spelling: [UInt8]) -> UInt32 {
        if let known = numbers[spelling] { return known }
        let number = UInt32(truncatingIfNeeded: spellings.count)
        numbers[spelling] = number
        spellings.append(spelling)
        return number
    }
}

/// The symbol of each character in each form.
struct SymbolNumbers: ~Copyable {
    private static let characterCount = 0x11_0000
    /// For each form and character the number plus one; zero for none.
    private var numbers: PlainList<UInt32>

    init(hasForms: Bool) {
        numbers = PlainList(zeros: Self.characterCount * (hasForms ? Alphabet.Form.allCases.count : 1))
    }

    mutating func set(_ number: UInt32, of character: UInt32, _ form: Alphabet.Form) {
        numbers[Self.characterCount * form.rawValue + Int(character)] = number + 1
    }

    /// The symbol; nil for a character outside the alphabet.
    @inline(__always)
    func number(of character: UInt32, _ form: Alphabet.Form) -> UInt32? {
        let number = numbers[Self.characterCount * form.rawValue + Int(character)]
        return number == 0 ? nil : number - 1
    }
}

/// Holds pieces against what training can take.
struct PieceTotals {
    let smallestCount: Int
    private var total = 0

    init(smallestCount: Int) { self.smallestCount = smallestCount }

    /// Whether a piece with this count is taken.
    @inline(__always)
    func isFrequent(_ count: Int) -> Bool { count >= smallestCount }

    /// Whether a piece is taken.
    ///
    /// - Throws: `LocatedError` when there is so much text that counts could pass 63 bits.
    mutating func accepts(_ piece: UnsafeBufferPointer<UInt8>, _ count: Int) throws(LocatedError) -> Bool {
        let (weight, overflow) = piece.count.multipliedReportingOverflow(by: count)
        guard !overflow, count > 0, weight <= CountsFile.mostBytes, total <= CountsFile.mostBytes - weight
        else {
            throw LocatedError(
                field: "counts", problem: "the pieces, as often as they occur, have more than 2^61 bytes",
                remedy: "train on a part of the text")
        }
        total += weight
        return isFrequent(count)
    }
}

extension Vocabulary {
    /// The most tokens that a trained vocabulary has.
    static let largestTrainedCount = (1 << 21) - 1
}
