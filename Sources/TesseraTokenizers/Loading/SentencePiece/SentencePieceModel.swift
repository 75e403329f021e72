package import TesseraCore
package import TesseraFiles

/// What a SentencePiece `.model` file says: a `ModelProto` of `sentencepiece_model.proto`.
///
/// Fields that are not known here are kept and written again.
package struct SentencePieceModel: Sendable {
    /// The pieces, by id.
    package var pieces = SentencePieceList()

    /// How the model was trained and what its special pieces are.
    package var trainer = ProtobufMessage(name: "trainer_spec")

    /// How text is normalized before it is encoded.
    package var normalizer = ProtobufMessage(name: "normalizer_spec")

    /// How decoded text is changed; nil: not at all.
    package var denormalizer: ProtobufMessage?

    /// Fields that are not known.
    private var rest: [UInt8] = []

    /// An empty model.
    package init() {}

    /// Reads the model in `bytes`.
    ///
    /// - Parameter file: where they came from, for errors.
    /// - Throws: `LocatedError` naming the field at which the file is damaged.
    package init(_ bytes: UnsafeRawBufferPointer, file: String) throws(LocatedError) {
        do throws(LocatedError) {
            try read(bytes)
        } catch {
            throw LocatedError(
                file: file, field: error.field, problem: error.problem,
                remedy: error.remedy ?? "the file is damaged; fetch it again")
        }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(LocatedError) {
        var reader = ProtobufReader(bytes, name: "model")
        while let field = try reader.next() {
            guard case .bytes(let range) = field.value else {
                rest.append(contentsOf: bytes[field.range])
                continue
            }
            let content = UnsafeRawBufferPointer(rebasing: bytes[range])
            switch field.number {
            case 1: try pieces.append(content)
            case 2: try trainer.append(content)
            case 3: try normalizer.append(content)
            case 5:
                var message = denormalizer ?? ProtobufMessage(name: "denormalizer_spec")
                try message.append(content)
                denormalizer = message
            default: rest.append(contentsOf: bytes[field.range])
            }
        }
    }

    /// The bytes of the file.
    package var serialized: [UInt8] {
        var writer = ProtobufWriter()
        for piece in pieces {
            var inner = ProtobufWriter()
            inner.append(bytes: piece.spelling, field: 1)
            inner.append(float: piece.score, field: 2)
            if piece.kind != .normal { inner.append(varint: Int(piece.kind.rawValue), field: 3) }
            inner.append(fields: piece.rest)
            writer.append(bytes: inner.bytes, field: 1)
        }
        writer.append(bytes: trainer.bytes, field: 2)
        writer.append(bytes: normalizer.bytes, field: 3)
        if let denormalizer { writer.append(bytes: denormalizer.bytes, field: 5) }
        writer.append(fields: rest)
        return writer.bytes
    }
}

/// The pieces of a model, packed.
package struct SentencePieceList: RandomAccessCollection, Sendable {
    /// A piece.
    package struct Piece: Sendable {
        package var spelling: ArraySlice<UInt8>
        package var score: Float
        package var kind: TokenKind
        /// Fields that are not known.
        package var rest: [UInt8]
    }

    private var spellings: [UInt8] = []
    private var ends: [UInt32] = []
    private var scores: [Float] = []
    private var kinds: [TokenKind] = []
    private var rests: [Int: [UInt8]] = [:]

    /// The longest spelling, as in SentencePiece 0.2.3.
    private static let longestSpelling = 7999

    package init() {}

    package var startIndex: Int { 0 }
    package var endIndex: Int { ends.count }

    package subscript(id: Int) -> Piece {
        Piece(
            spelling: spellings[start(of: id)..<Int(ends[id])], score: scores[id], kind: kinds[id],
            rest: rests[id] ?? [])
    }

    /// The spellings' bytes in all.
    var byteCount: Int { spellings.count }

    private func start(of id: Int) -> Int { id == 0 ? 0 : Int(ends[id - 1]) }

    /// Changes what the piece `id` is.
    mutating func set(_ id: Int, kind: TokenKind) { kinds[id] = kind }

    /// Adds a piece.
    ///
    /// - Throws: `LocatedError` when its spelling is empty or too long, or there are too many pieces.
    package mutating func append(
        _ spelling: some Collection<UInt8>, score: Float, kind: TokenKind, rest: [UInt8] = []
    ) throws(LocatedError) {
        guard !spelling.isEmpty else { throw error("is empty") }
        guard spelling.count <= Self.longestSpelling else {
            throw error("has \(spelling.count) bytes, more than \(Self.longestSpelling)")
        }
        guard count < Vocabulary.largestCount - 1,
            spellings.count + spelling.count < Vocabulary.largestByteCount
        else {
            throw error("is one too many: the limit is \(Vocabulary.largestCount - 1)")
        }
        spellings.append(contentsOf: spelling)
        if !rest.isEmpty { rests[count] = rest }
        ends.append(UInt32(truncatingIfNeeded: spellings.count))
        scores.append(score)
        kinds.append(kind)
    }

    /// Adds the piece in the message `bytes`.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(LocatedError) {
        var reader = ProtobufReader(bytes, name: "pieces[\(count)]")
        var spelling = 0..<0
        var score: Float = 0
        var kind = TokenKind.normal
        var rest: [UInt8] = []
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let range)): spelling = range
            case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
            case (3, .varint(let number)):
                guard let known = UInt8(exactly: number).flatMap({ TokenKind(rawValue: $0) }) else {
                    throw error("has the unknown type \(number)")
                }
                kind = known
            default: rest.append(contentsOf: bytes[field.range])
            }
        }
        try append(UnsafeRawBufferPointer(rebasing: bytes[spelling]), score: score, kind: kind, rest: rest)
    }

    private func error(_ problem: String) -> LocatedError {
        LocatedError(
            field: "pieces[\(count)]", problem: problem, remedy: "the file is damaged; fetch it again")
    }
}
