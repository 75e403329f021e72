internal import TesseraCore
internal import TesseraFiles

/// Spellings and their ids in the order of a file, on the way to a vocabulary.
///
/// Ids may come in any order and may have holes.
struct SpellingTable {
    /// How many ids may be unused, whatever the number of tokens; sixteen times as many as tokens may be too.
    private static let mostHoles = 1 << 17

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    private var largestID = -1
    private let file: String?
    private let field: String

    /// Where a spelling ends in `bytes`, and its id.
    private struct Entry {
        var end: UInt32
        var id: TokenID
    }

    /// Starts a table of what `field` of `file` holds.
    init(file: String?, field: String) {
        self.file = file
        self.field = field
    }

    /// How many spellings there are.
    var count: Int { entries.count }

    /// Makes room.
    mutating func reserve(tokens: Int, bytes: Int) {
        entries.reserveCapacity(tokens)
        self.bytes.reserveCapacity(bytes)
    }

    /// Adds the spelling that `write` appends, under `id`.
    mutating func append(
        id: Int, _ write: (inout [UInt8]) throws(LocatedError) -> Void
    ) throws(LocatedError) {
        try write(&bytes)
        try finishEntry(id)
    }

    /// Adds a spelling.
    mutating func append(_ spelling: some Sequence<UInt8>, id: Int) throws(LocatedError) {
        bytes.append(contentsOf: spelling)
        try finishEntry(id)
    }

    /// Adds the members of the object that `scanner` is at: spellings with their ids.
    mutating func append(membersOf scanner: inout JSONScanner) throws(LocatedError) {
        var more = try scanner.beginObject()
        while more {
            _ = try scanner.key(into: &bytes)
            try finishEntry(scanner.wholeNumber())
            more = try scanner.continuesObject()
        }
    }

    private mutating func finishEntry(_ id: Int) throws(LocatedError) {
        guard id >= 0, id < Vocabulary.largestCount - 1 else {
            let spelling = String(
                decoding: bytes[(entries.last.map { Int($0.end) } ?? 0)...].prefix(80), as: UTF8.self)
            throw error("\"\(spelling)\" has the id \(id), expected 0 to \(Vocabulary.largestCount - 2)")
        }
        guard bytes.count < Vocabulary.largestByteCount else {
            throw error("the tokens are spelled in more than 4 GiB")
        }
        entries.append(
            Entry(end: UInt32(truncatingIfNeeded: bytes.count), id: TokenID(truncatingIfNeeded: id)))
        largestID = max(largestID, id)
    }

    /// Whether so few tokens may have an id so large: tables have a place for every id, and a short file must not ask
    /// for long ones.
    static func admits(largestID: Int, of count: Int) -> Bool { largestID <= mostHoles + 16 * count }

    /// The vocabulary.
    ///
    /// - Throws: `LocatedError` when there is no token, or two have the same id or the same spelling.
    func vocabulary() throws(LocatedError) -> Vocabulary {
        guard !bytes.isEmpty else { throw error("holds no tokens") }
        guard Self.admits(largestID: largestID, of: entries.count) else {
            throw error("the id \(largestID) is too large for \(entries.count) tokens")
        }
        var vocabulary = Vocabulary(capacity: largestID + 1, spellingBytes: bytes.count)
        let isInOrder =
            largestID == entries.count - 1
            && entries.indices.allSatisfy { entries[$0].id == TokenID(truncatingIfNeeded: $0) }
        let places = isInOrder ? nil : try placesByID()
        for id in 0...largestID {
            let place = places.map { Int($0[id]) } ?? id
            let spelling = place < 0 ? 0..<0 : range(place)
            let earlier = bytes.withUnsafeBytes {
                vocabulary.append(spelling: UnsafeRawBufferPointer(rebasing: $0[spelling]))
            }
            if let earlier {
                throw error("the tokens \(earlier) and \(id) are both \"\(text(place))\"")
            }
        }
        return vocabulary
    }

    /// For each id the place of its entry; negative for ids that nobody has.
    private func placesByID() throws(LocatedError) -> [Int32] {
        var places = [Int32](repeating: -1, count: largestID + 1)
        for (place, entry) in entries.enumerated() {
            let id = Int(entry.id)
            guard places[id] < 0 else {
                throw error("the id \(id) is that of \"\(text(Int(places[id])))\" and of \"\(text(place))\"")
            }
            places[id] = Int32(truncatingIfNeeded: place)
        }
        return places
    }

    private func range(_ place: Int) -> Range<Int> {
        (place == 0 ? 0 : Int(entries[place - 1].end))..<Int(entries[place].end)
    }

    private func text(_ place: Int) -> String {
        String(decoding: bytes[range(place)].prefix(80), as: UTF8.self)
    }

    private func error(_ problem: String) -> LocatedError {
        LocatedError(
            file: file, field: field, problem: problem,
            remedy: "the file is damaged; fetch or convert it again")
    }
}
