public import TesseraCore
internal import TesseraFiles

/// The tokens of a corpus in a folder: those to train on, which are mapped and not read into memory, and held-out texts.
public struct EncodedCorpus: Sendable {
    /// The tokens to train on.
    public let tokens: any TokenSequence

    /// The texts to measure on.
    public let heldOut: [HeldOutText]

    /// What was found.
    public let counts: CorpusCounts

    /// The fingerprint of the tokenizer's vocabulary.
    public let tokenizer: String

    /// The tokens around documents.
    public let marks: DocumentMarks

    /// The file that is written last, so that a folder without it is not complete.
    private static let indexName = "corpus.json"
    private static let heldOutName = "held-out.safetensors"

    /// Whether `folder` holds a complete corpus.
    public static func exists(in folder: String) -> Bool {
        FileSystem.kind(of: "\(folder)/\(indexName)") != nil
    }

    /// Opens the corpus in `folder`.
    ///
    /// - Throws: `LocatedError` naming the file that is missing or damaged.
    public init(folder: String) throws(LocatedError) {
        let index = try JSONField(contentsOf: "\(folder)/\(Self.indexName)")
        tokenizer = try index["tokenizer"].string()
        marks = DocumentMarks(
            begin: try index["begin"].optionalToken(), end: try index["end"].optionalToken())
        counts = try CorpusCounts(index["counts"])
        tokens = try TokenShards(folder: folder, count: counts.tokens)
        heldOut = counts.heldOutTexts > 0 ? try HeldOutFile.read("\(folder)/\(Self.heldOutName)") : []
    }

    /// Completes the folder in which the tokens to train on are, and opens it.
    static func write(
        counts: CorpusCounts, heldOut: [HeldOutText], tokenizer: String, marks: DocumentMarks,
        to folder: String
    ) throws(LocatedError) -> EncodedCorpus {
        if !heldOut.isEmpty {
            try HeldOutFile.write(
                heldOut, metadata: [("tokenizer", tokenizer)], to: "\(folder)/\(heldOutName)")
        }
        let index: JSONValue = [
            "tokenizer": .string(tokenizer), "begin": marks.begin.map { .integer(Int($0)) } ?? .null,
            "end": marks.end.map { .integer(Int($0)) } ?? .null, "counts": .object(counts.fields),
        ]
        try writeAtomically(index.serialized(pretty: true) + "\n", to: "\(folder)/\(indexName)")
        return try EncodedCorpus(folder: folder)
    }
}

extension JSONField {
    /// The token with that number; nil when absent or null.
    fileprivate func optionalToken() throws(LocatedError) -> TokenID? {
        guard let number = try optionalInteger() else { return nil }
        guard let id = TokenID(exactly: number) else { throw error("is \(number), which is no token") }
        return id
    }
}
