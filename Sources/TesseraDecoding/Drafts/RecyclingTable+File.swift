public import TesseraCore
internal import TesseraFiles

extension RecyclingTable {
    private static let format = "tessera-draft-table"

    /// Reads a table.
    ///
    /// - Parameters:
    ///   - path: a safetensors file from `write(to:fingerprint:)`.
    ///   - fingerprint: names the tokenizer that the table must belong to.
    ///   - vocabularySize: the number of tokens of the model.
    /// - Throws: `LocatedError` when it is no such file, belongs to another tokenizer or has another size.
    public init(path: String, fingerprint: String, vocabularySize: Int) throws(LocatedError) {
        let file = try SafetensorsFile(path: path)
        func metadata(_ key: String) -> String? { file.metadata.first { $0.key == key }?.value }
        guard metadata("format") == Self.format, let tensor = file.tensor("successors") else {
            throw LocatedError(
                file: path, field: "format", problem: "this is no draft table",
                remedy: "name a file that --draft-table wrote, or one that is not there yet")
        }
        let found = metadata("tokenizer") ?? "none"
        guard found == fingerprint else {
            throw LocatedError(
                file: path, field: "tokenizer",
                problem: "the table belongs to the tokenizer \(found), the model to \(fingerprint)",
                remedy: "keep a table for each tokenizer: name another file")
        }
        guard tensor.shape == [vocabularySize, Self.width], tensor.format == .other("U32"),
            tensor.byteCount == vocabularySize * Self.width * 4
        else {
            throw LocatedError(
                file: path, field: "successors",
                problem: "\(tensor.shape) numbers, where \([vocabularySize, Self.width]) are needed",
                remedy: "name another file; this one was made for another model")
        }
        let successors = tensor.values(in: 0..<vocabularySize * Self.width, as: TokenID.self)
        if let id = successors.first(where: { $0 != Self.unknown && Int($0) >= vocabularySize }) {
            throw LocatedError(
                file: path, field: "successors",
                problem: "the id \(id) is not below \(vocabularySize)",
                remedy: "the file is damaged: delete it, and it is made again")
        }
        self.init(vocabularySize: vocabularySize, successors: successors)
    }

    /// Writes the table as safetensors, in one step.
    ///
    /// - Throws: `LocatedError` when writing fails.
    public func write(to path: String, fingerprint: String) throws(LocatedError) {
        try writeSafetensors(
            [
                TensorData(
                    name: "successors", shape: [vocabularySize, Self.width], format: "U32", values: successors
                )
            ],
            metadata: [("format", Self.format), ("tokenizer", fingerprint)], to: path)
    }
}
