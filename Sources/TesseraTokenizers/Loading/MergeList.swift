internal import TesseraCore
internal import TesseraFiles

/// Merges given by spelling, on the way to merges by id.
///
/// Each merge takes three look-ups all over the vocabulary, each of which waits for memory three times. So merges are
/// put by until there are some dozens, whose memory is asked for at once.
struct MergeList {
    private var merges: [BytePairDefinition.Merge] = []
    private let vocabulary: Vocabulary
    private let prefixLength: Int
    private let file: String?
    private let field: String
    private var joined: [UInt8] = []

    /// The spellings of the merges put by, one after another, and where for each the left, the right and both lie.
    private var waitingBytes: [UInt8] = []
    private var waiting: [Range<Int>] = []
    private static let mostWaiting = 3 * 64

    /// Starts a list of what `field` of `file` holds.
    ///
    /// - Parameters:
    ///   - vocabulary: the tokens.
    ///   - continuingPrefix: what the right token of a merge loses when it is joined to the left.
    init(_ vocabulary: Vocabulary, continuingPrefix: String, file: String?, field: String) {
        self.vocabulary = vocabulary
        self.file = file
        self.field = field
        prefixLength = continuingPrefix.utf8.count
    }

    /// Makes room for `count` merges.
    mutating func reserve(_ count: Int) { merges.reserveCapacity(min(count, PairTable.largestCount)) }

    /// The merges, when all were added.
    mutating func finish() throws(LocatedError) -> [BytePairDefinition.Merge] {
        try look()
        return merges
    }

    /// Adds the merge of two spellings; what is wrong with it may be told later.
    mutating func append(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) throws(LocatedError) {
        let start = waitingBytes.count
        waitingBytes.append(contentsOf: left)
        waitingBytes.append(contentsOf: right)
        let middle = start + left.count
        waiting.append(start..<middle)
        waiting.append(middle..<waitingBytes.count)
        waiting.append(start..<waitingBytes.count)
        if waiting.count == Self.mostWaiting { try look() }
    }

    /// Finds the tokens of the merges put by.
    private mutating func look() throws(LocatedError) {
        let (bytes, parts) = (waitingBytes, waiting)
        waitingBytes.removeAll(keepingCapacity: true)
        waiting.removeAll(keepingCapacity: true)
        let result: Result<Void, LocatedError> = bytes.withUnsafeBytes { bytes in
            Result { () throws(LocatedError) in
                vocabulary.prefetch(parts, of: bytes)
                for part in stride(from: 0, to: parts.count, by: 3) {
                    try append(
                        left: UnsafeRawBufferPointer(rebasing: bytes[parts[part]]),
                        right: UnsafeRawBufferPointer(rebasing: bytes[parts[part + 1]]))
                }
            }
        }
        try result.get()
    }

    private mutating func append(
        left: UnsafeRawBufferPointer, right: UnsafeRawBufferPointer
    ) throws(LocatedError) {
        guard merges.count < PairTable.largestCount - 1 else {
            throw error("more than \(PairTable.largestCount - 1) merges")
        }
        guard right.count >= prefixLength else {
            throw error("merge \(merges.count) joins \"\(text(right))\", which is shorter than the prefix")
        }
        let rest = UnsafeRawBufferPointer(rebasing: right[prefixLength...])
        guard let leftID = vocabulary.id(ofSpelling: left) else { throw missing(left) }
        guard let rightID = vocabulary.id(ofSpelling: right) else { throw missing(right) }
        guard let made = token(left, rest) else {
            throw missing(joined.withUnsafeBytes { text($0) })
        }
        merges.append(BytePairDefinition.Merge(leftID, rightID, makes: made))
    }

    /// Adds the merge of the two spellings with a space between.
    mutating func append(spaced line: UnsafeRawBufferPointer) throws(LocatedError) {
        guard let space = line.firstIndex(of: 0x20), line[(space + 1)...].firstIndex(of: 0x20) == nil else {
            throw error(
                "merge \(merges.count + waiting.count / 3), \"\(text(line))\", is not two tokens with a space between"
            )
        }
        try append(
            UnsafeRawBufferPointer(rebasing: line[..<space]),
            UnsafeRawBufferPointer(rebasing: line[(space + 1)...]))
    }

    /// The token spelled by `left` and `right`.
    @inline(__always)
    private mutating func token(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> TokenID? {
        // Trained vocabularies list merged tokens in the order of the merges: the next id is the likely one.
        if let last = merges.last?.made, Int(last) + 1 < vocabulary.count,
            vocabulary.spells(Int(last) + 1, left, right)
        {
            return last + 1
        }
        joined.removeAll(keepingCapacity: true)
        joined.append(contentsOf: left)
        joined.append(contentsOf: right)
        return joined.withUnsafeBytes { vocabulary.id(ofSpelling: $0) }
    }

    private func missing(_ spelling: UnsafeRawBufferPointer) -> LocatedError { missing(text(spelling)) }

    private func missing(_ spelling: String) -> LocatedError {
        error("merge \(merges.count) needs the token \"\(spelling)\", which is not in the vocabulary")
    }

    private func text(_ spelling: UnsafeRawBufferPointer) -> String {
        String(decoding: spelling.prefix(80), as: UTF8.self)
    }

    private func error(_ problem: String) -> LocatedError {
        LocatedError(
            file: file, field: field, problem: problem,
            remedy: "the file is damaged; fetch or convert it again")
    }
}

extension MergeList {
    /// Adds the elements of the array that `scanner` is at: strings with a space between the tokens, or
    /// pairs.
    mutating func append(elementsOf scanner: inout JSONScanner) throws(LocatedError) {
        var bytes: [UInt8] = []
        var more = try scanner.beginArray()
        while more {
            bytes.removeAll(keepingCapacity: true)
            var split = -1
            if scanner.next == .array {
                guard try scanner.beginArray() else { throw notAPair(scanner) }
                split = try scanner.string(into: &bytes)
                guard try scanner.continuesArray() else { throw notAPair(scanner) }
                _ = try scanner.string(into: &bytes)
                guard try !scanner.continuesArray() else { throw notAPair(scanner) }
            } else {
                _ = try scanner.string(into: &bytes)
            }
            let result: Result<Void, LocatedError> = bytes.withUnsafeBytes { buffer in
                Result { () throws(LocatedError) in
                    if split >= 0 {
                        try append(
                            UnsafeRawBufferPointer(rebasing: buffer[..<split]),
                            UnsafeRawBufferPointer(rebasing: buffer[split...]))
                    } else if !Self.isVersionLine(buffer) {
                        try append(spaced: buffer)
                    }
                }
            }
            try result.get()
            more = try scanner.continuesArray()
        }
    }

    /// Whether `line` is the head that files of merges carry, and no merge.
    static func isVersionLine(_ line: UnsafeRawBufferPointer) -> Bool {
        line.starts(with: "#version".utf8)
    }

    private func notAPair(_ scanner: JSONScanner) -> LocatedError {
        scanner.error("merge \(merges.count + waiting.count / 3) is not a pair of tokens")
    }
}
