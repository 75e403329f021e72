public import TesseraCore
internal import TesseraFiles

/// What a study finds around it.
public struct StudyConditions: Sendable {
    /// The folder of texts that `Scripts/setup.sh studies` fills.
    public var textFolder: String
    /// The folder of published tokenizers that `Scripts/setup.sh tokenizers` fills.
    public var tokenizerFolder: String
    /// Is told how far the run has come.
    public var progress: Progress
    /// Stops the run.
    public var cancellation: Cancellation

    /// The user's cache, where the scripts put what they fetch.
    ///
    /// - Throws: `LocatedError` when no variable says where that is.
    public init(progress: Progress = .ignored, cancellation: Cancellation = Cancellation())
        throws(LocatedError)
    {
        let cache = FileSystem.folder(of: try ModelStore().folder)
        textFolder = "\(cache)/studies"
        tokenizerFolder = "\(cache)/tokenizers"
        self.progress = progress
        self.cancellation = cancellation
    }

    /// The lines of a text, such as `manual-pages/en.txt`.
    ///
    /// - Throws: `LocatedError` saying how to fetch it when it is not there.
    func lines(of name: String) throws(LocatedError) -> [String] {
        let file = try MappedFile(path: try textPath(name))
        return withExtendedLifetime(file) {
            file.bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The path of a text, such as `mixture/categories/c.txt`.
    ///
    /// - Throws: `LocatedError` saying how to fetch it when it is not there.
    func textPath(_ name: String) throws(LocatedError) -> String {
        try path("\(textFolder)/\(name)", fetchedBy: "Scripts/setup.sh studies")
    }

    /// The path of a published tokenizer, such as `tiktoken/cl100k_base.tiktoken`.
    ///
    /// - Throws: `LocatedError` saying how to fetch it when it is not there.
    func tokenizerPath(_ name: String) throws(LocatedError) -> String {
        try path("\(tokenizerFolder)/\(name)", fetchedBy: "Scripts/setup.sh tokenizers")
    }

    private func path(_ path: String, fetchedBy command: String) throws(LocatedError) -> String {
        guard FileSystem.kind(of: path) != nil else {
            throw LocatedError(
                file: path, problem: "is not there, and a full run needs it", remedy: "run: \(command)")
        }
        return path
    }
}
