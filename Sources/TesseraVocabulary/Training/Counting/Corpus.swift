/// The texts that a tokenizer is trained on.
public struct Corpus: Sendable {
    /// The files, in order; `-` is standard input.
    ///
    /// Those that are gzip are decompressed.
    public var files: [String]

    /// How the files hold texts.
    public var format = Format.byName

    /// The member of each JSON line that holds its text.
    public var field = "text"

    /// What one text of a plain file is.
    public var unit = Unit.line

    /// How files hold texts.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        /// JSON lines for names that end in `.jsonl` or `.ndjson`, with or without `.gz`; plain text for all others.
        case byName = "auto"
        /// Plain text.
        case text
        /// A JSON object on each line.
        case jsonLines = "jsonl"
    }

    /// What is cut into pieces in one go.
    ///
    /// Nothing is learned across the border of two units.
    public enum Unit: String, Hashable, Sendable, CaseIterable {
        /// A line with its end, as Hugging Face's `train` reads files.
        case line
        /// A whole file, which must then fit in memory. White space that spans lines stays together, as it does when
        /// the tokenizer is used.
        case file
    }

    /// Names the files.
    public init(files: [String]) { self.files = files }

    /// Whether `file` holds JSON lines.
    package func holdsJSONLines(_ file: String) -> Bool {
        switch format {
        case .text: return false
        case .jsonLines: return true
        case .byName:
            var name = Substring(file)
            if name.hasSuffix(".gz") { name = name.dropLast(3) }
            return name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson")
        }
    }
}
