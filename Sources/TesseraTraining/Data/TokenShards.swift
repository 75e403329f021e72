internal import TesseraCore
internal import TesseraFiles

/// The tokens of a corpus on the disk, in files of `shardSize` tokens each, mapped into memory as they are needed.
///
/// Each file is safetensors with one tensor, `tokens`, of 32-bit whole numbers.
struct TokenShards: TokenSequence {
    /// The tokens of each file but the last.
    static let shardSize = 1 << 22

    let count: Int
    private let shards: [TensorView]

    /// Opens the files in `folder` that hold `count` tokens.
    ///
    /// - Throws: `LocatedError` naming a file that is missing, damaged or of another length.
    init(folder: String, count: Int) throws(LocatedError) {
        var shards: [TensorView] = []
        var rest = max(count, 0)
        while rest > 0 {
            let view = try wholeNumbers("tokens", "I32", in: Self.path(shards.count, in: folder))
            guard view.elementCount == min(rest, Self.shardSize) else {
                throw LocatedError(
                    file: view.file.path, field: "tensor tokens",
                    problem: "has \(view.elementCount) numbers instead of \(min(rest, Self.shardSize))",
                    remedy: "start the run anew")
            }
            rest -= view.elementCount
            shards.append(view)
        }
        self.shards = shards
        self.count = max(count, 0)
    }

    func tokens(in range: Range<Int>) -> [TokenID] {
        let range = range.clamped(to: 0..<count)
        var tokens: [TokenID] = []
        tokens.reserveCapacity(range.count)
        var place = range.lowerBound
        while place < range.upperBound {
            let (shard, offset) = place.quotientAndRemainder(dividingBy: Self.shardSize)
            let taken = min(range.upperBound - place, Self.shardSize - offset)
            tokens += shards[shard].values(in: offset..<offset + taken, as: UInt32.self)
            place += taken
        }
        return tokens
    }

    fileprivate static func path(_ number: Int, in folder: String) -> String {
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, 5 - digits.count))
        return "\(folder)/tokens-\(zeros)\(digits).safetensors"
    }
}

/// Writes the files of `TokenShards` one after another.
struct TokenShardWriter {
    private let folder: String
    private let metadata: [(key: String, value: String)]
    private var pending: [TokenID] = []
    private var shardCount = 0
    /// The tokens taken.
    private(set) var count = 0

    init(folder: String, metadata: [(key: String, value: String)]) {
        self.folder = folder
        self.metadata = metadata
    }

    mutating func append(_ ids: some Collection<TokenID>) throws(LocatedError) {
        pending += ids
        count += ids.count
        while pending.count >= TokenShards.shardSize {
            try write(Array(pending.prefix(TokenShards.shardSize)))
            pending.removeFirst(TokenShards.shardSize)
        }
    }

    /// Writes what is left.
    mutating func finish() throws(LocatedError) {
        if !pending.isEmpty { try write(pending) }
        pending = []
    }

    private mutating func write(_ ids: [TokenID]) throws(LocatedError) {
        try writeSafetensors(
            [TensorData(name: "tokens", format: "I32", values: ids)], metadata: metadata,
            to: TokenShards.path(shardCount, in: folder))
        shardCount += 1
    }
}

/// The tensor of whole numbers called `name` in a safetensors file.
func wholeNumbers(_ name: String, _ format: String, in path: String) throws(LocatedError) -> TensorView {
    let file = try SafetensorsFile(path: path)
    guard let view = file.tensor(name), view.format == .other(format), view.shape.count == 1 else {
        throw LocatedError(
            file: path, field: "tensor \(name)", problem: "is missing or no list in \(format)",
            remedy: "start the run anew")
    }
    return view
}
