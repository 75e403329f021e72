public import TesseraCore
public import TesseraTokenizers

/// Learns a less-is-better lexicon from text, epoch by epoch (Yang, 2024, arXiv 2403.00417; the learner is that of Yang,
/// Frank and van den Bosch, 2020).
///
/// In each epoch it reads an article, some texts in a row, with the lexicon as it is: it proposes neighbours as new
/// types, and asks of each type that it uses whether the next shorter one would have done better. After the article it
/// forgets types whose probation is over, moves those that did well to the front and those that did badly to the end,
/// and puts the last ones on probation.
///
/// The lexicon depends on the options, the seed and the texts alone: stopped after any epoch, saved and resumed with the
/// same texts, training gives what it would have given in one go.
///
/// What the authors' program does otherwise: a test belongs to a place and not to a type, so that a second use of a type
/// in a sentence does not end the test of the first; a test is decided when it begins, by the lexicon of that moment,
/// after at most `BranchComparison.mostSteps` types; ranks are exact while types are moved; the first type never moves;
/// a run of unknown characters is proposed when it is `longestGap` long or the text ends, too; texts are shuffled once
/// with the seed, and the last article goes on at the start.
///
/// ```swift
/// var trainer = try LessIsBetterTrainer(seed: 1)
/// try trainer.read(LessIsBetterTexts(lines), epochs: 1000)
/// let tokenizer = try trainer.freeze(size: 4000)
/// ```
public struct LessIsBetterTrainer: Sendable {
    /// How it learns.
    public let options: LessIsBetterOptions
    /// What all random numbers follow from.
    public let seed: UInt64
    /// The epochs so far.
    public private(set) var epochs = 0

    private(set) var lexicon = RankedLexicon()

    /// Begins with an empty lexicon.
    ///
    /// - Throws: `LocatedError` for an option that cannot be.
    public init(options: LessIsBetterOptions = LessIsBetterOptions(), seed: UInt64 = 1) throws(LocatedError) {
        try options.check()
        self.options = options
        self.seed = seed
    }

    /// Goes on where `state` was made.
    ///
    /// - Throws: `LocatedError` for an option that cannot be.
    public init(resuming state: LessIsBetterTraining) throws(LocatedError) {
        try self.init(options: state.options, seed: state.seed)
        epochs = state.epochs
        for entry in state.lexicon {
            lexicon.append(entry.spelling, life: min(max(entry.life, 0), options.life))
        }
    }

    /// Where the training stands.
    public var state: LessIsBetterTraining {
        var state = LessIsBetterTraining(options: options, seed: seed)
        state.epochs = epochs
        state.lexicon = lexicon.order.map {
            LessIsBetterTraining.Entry(spelling: lexicon.spelling(of: $0), life: Int(lexicon.life(of: $0)))
        }
        return state
    }

    /// How many types the lexicon has, those on probation included.
    public var typeCount: Int { lexicon.count }

    /// What is wrong with the lexicon, in words; nil: its list, its ranks and its trie hold the same types.
    package var inconsistency: String? { lexicon.inconsistency }

    /// The types by rank.
    package var types: [String] {
        lexicon.order.map { String(decoding: lexicon.spelling(of: $0), as: UTF8.self) }
    }

    /// Reads `epochs` articles of `texts`.
    ///
    /// - Throws: `LocatedError` when there is no text; `CancelledError` when stopped, after a whole epoch.
    public mutating func read(
        _ texts: LessIsBetterTexts, epochs count: Int, progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws {
        guard texts.count > 0 else {
            throw LocatedError(
                field: "FILES", problem: "there is no text to learn from", remedy: "name files with text")
        }
        let order = shuffledOrder(of: texts.count)
        let length = min(options.articleLength, texts.count)
        for done in 0..<max(count, 0) {
            try cancellation.check()
            var draws = RandomDraws(seed: seed, stream: UInt64(truncatingIfNeeded: epochs + 1))
            let start = Int(draws.next() * Double(texts.count))
            let article = (0..<length).map { order[(start + $0) % texts.count] }
            if epochs == 0 { meetCharacters(of: texts, article) }
            let record = read(texts, article, &draws)
            update(record)
            epochs += 1
            progress.report("learning", done + 1, of: count, unit: "epochs")
        }
    }

    /// Reads one article that is these texts.
    package mutating func readArticle(_ texts: [String], draws: inout RandomDraws) {
        let texts = LessIsBetterTexts(texts)
        let article = Array(0..<texts.count)
        if epochs == 0 { meetCharacters(of: texts, article) }
        let record = read(texts, article, &draws)
        update(record)
        epochs += 1
    }

    /// Every place of the texts once, in the order that the seed gives (Fisher and Yates).
    private func shuffledOrder(of count: Int) -> [Int] {
        var draws = RandomDraws(seed: seed)
        var order = Array(0..<count)
        for place in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(place, min(Int(draws.next() * Double(place + 1)), place))
        }
        return order
    }

    /// Puts the characters of the first article into the lexicon, on probation.
    private mutating func meetCharacters(of texts: LessIsBetterTexts, _ article: [Int]) {
        for text in article {
            texts.forEachPiece(of: text) { piece in
                var place = 0
                while place < piece.count {
                    let end = min(place + characterLength(piece[place]), piece.count)
                    if lexicon.count < options.largestLexicon {
                        lexicon.append(Array(piece[place..<end]), life: options.life)
                    }
                    place = end
                }
            }
        }
    }
}

// MARK: Reading

extension LessIsBetterTrainer {
    /// What an article told about the types that it used.
    struct Record {
        /// The types that did well or badly, in order.
        var verdicts: [(type: Int32, isGood: Bool)] = []
        /// The proposals that were made once.
        var proposed: Set<[UInt8]> = []
    }

    /// What stands before the place that is read.
    private struct Previous {
        /// Where it starts.
        var start: Int
        /// Its characters.
        var length: Int
        /// Whether it is a type, and not unknown characters.
        var isKnown: Bool
    }

    fileprivate mutating func read(
        _ texts: LessIsBetterTexts, _ article: [Int], _ draws: inout RandomDraws
    ) -> Record {
        var record = Record()
        var memory = MatchMemory()
        for text in article {
            texts.forEachPiece(of: text) { read($0, &record, &memory, &draws) }
        }
        return record
    }

    private mutating func read(
        _ text: UnsafeBufferPointer<UInt8>, _ record: inout Record, _ memory: inout MatchMemory,
        _ draws: inout RandomDraws
    ) {
        memory.begin()
        var previous: Previous?
        var place = 0
        while place < text.count {
            let match = memory.match(in: text, at: place, lexicon)
            guard match.rank >= 0 else {
                var gap = Previous(start: place, length: 1, isKnown: false)
                if let previous, !previous.isKnown {
                    gap.start = previous.start
                    gap.length += previous.length
                }
                place = match.end
                previous = gap
                if gap.length >= options.longestGap || place == text.count {
                    propose(text[gap.start..<place], length: gap.length, &record, &draws)
                    previous = nil
                }
                continue
            }
            if let previous {
                let end = previous.isKnown ? match.end : place
                let length = previous.length + (previous.isKnown ? lexicon.length(of: match.type) : 0)
                propose(text[previous.start..<end], length: length, &record, &draws)
            }
            judge(match, text, &record, &memory)
            previous = Previous(start: place, length: lexicon.length(of: match.type), isKnown: true)
            place = match.end
        }
    }

    /// Proposes a type with the probability that the options say.
    private mutating func propose(
        _ spelling: Slice<UnsafeBufferPointer<UInt8>>, length: Int, _ record: inout Record,
        _ draws: inout RandomDraws
    ) {
        guard length <= options.longestType, lexicon.count < options.largestLexicon,
            draws.next() < options.proposing, !lexicon.contains(spelling)
        else { return }
        let spelling = Array(spelling)
        if options.learnsAtOnce {
            lexicon.append(spelling, life: options.life)
        } else if record.proposed.remove(spelling) != nil {
            lexicon.append(spelling)
        } else {
            record.proposed.insert(spelling)
        }
    }

    /// Asks whether the second longest type would have done better than the longest.
    private mutating func judge(
        _ match: LexiconMatch, _ text: UnsafeBufferPointer<UInt8>, _ record: inout Record,
        _ memory: inout MatchMemory
    ) {
        guard match.secondRank >= 0 else { return lexicon.setLife(0, of: match.type) }
        let outcome = BranchComparison.compare(match) { memory.match(in: text, at: $0, lexicon) }
        switch outcome {
        case .longestIsGood:
            record.verdicts.append((match.type, true))
            lexicon.setLife(0, of: match.type)
        case .secondIsBetter:
            record.verdicts.append((match.type, false))
            record.verdicts.append((match.secondType, true))
        case .undecided: break
        }
    }

    // MARK: Updating

    /// Forgets, moves and puts on probation, after an article.
    fileprivate mutating func update(_ record: Record) {
        var forgotten: Set<Int32> = []
        for type in lexicon.order where lexicon.life(of: type) > 0 {
            if lexicon.life(of: type) == 1 {
                forgotten.insert(type)
            } else {
                lexicon.setLife(lexicon.life(of: type) - 1, of: type)
            }
        }
        lexicon.remove(forgotten)
        for verdict in record.verdicts {
            lexicon.move(verdict.type, towardsEnd: !verdict.isGood, rate: options.updateRate)
        }
        let last = max(1, Int(options.forgetting * Double(lexicon.count)))
        for type in lexicon.order.suffix(last) where lexicon.life(of: type) == 0 {
            lexicon.setLife(Int32(truncatingIfNeeded: options.life), of: type)
        }
    }
}

/// The last matches of the piece that is read: branches see the places that are read next.
private struct MatchMemory {
    private static let count = 64

    private var matches = Array(repeating: LexiconMatch(unknownTo: 0), count: count)
    private var places = Array(repeating: -1, count: count)
    /// The version of the lexicon that the matches are of.
    private var version = -1

    /// Forgets everything, for another piece.
    mutating func begin() {
        for slot in places.indices { places[slot] = -1 }
    }

    @inline(__always)
    mutating func match(
        in text: UnsafeBufferPointer<UInt8>, at place: Int, _ lexicon: borrowing RankedLexicon
    ) -> LexiconMatch {
        if version != lexicon.version {
            begin()
            version = lexicon.version
        }
        let slot = place & (Self.count - 1)
        if places[slot] == place { return matches[slot] }
        let match = lexicon.match(in: text, at: place)
        matches[slot] = match
        places[slot] = place
        return match
    }
}
