public import TesseraCore
internal import TesseraFiles

/// Text of one language, for comparing what it costs.
public struct LanguageSample: Sendable {
    /// The name of the language.
    public var name: String
    /// Where the text is.
    public var content: Content

    /// Where text is.
    public enum Content: Sendable {
        case text(String)
        case corpus(Corpus)
    }

    /// Names a text.
    public init(_ name: String, text: String) {
        self.name = name
        content = .text(text)
    }

    /// Names files.
    public init(_ name: String, corpus: Corpus) {
        self.name = name
        content = .corpus(corpus)
    }

    /// The samples at `paths`: a file is a language; of a folder each file is one, and each folder with its files.
    ///
    /// - Throws: `LocatedError` when a path does not exist or holds no file.
    public static func at(_ paths: [String]) throws(LocatedError) -> [LanguageSample] {
        var samples: [LanguageSample] = []
        for path in paths {
            switch FileSystem.kind(of: path) {
            case .file?: samples.append(LanguageSample(name(of: path), corpus: Corpus(files: [path])))
            case .folder?:
                let before = samples.count
                for entry in FileSystem.names(in: path).sorted() where !entry.hasPrefix(".") {
                    let inner = "\(path)/\(entry)"
                    switch FileSystem.kind(of: inner) {
                    case .file?:
                        samples.append(LanguageSample(name(of: entry), corpus: Corpus(files: [inner])))
                    case .folder?:
                        let files = FileSystem.names(in: inner).sorted().map { "\(inner)/\($0)" }.filter {
                            if case .file? = FileSystem.kind(of: $0) { true } else { false }
                        }
                        if !files.isEmpty {
                            samples.append(LanguageSample(entry, corpus: Corpus(files: files)))
                        }
                    default: break
                    }
                }
                guard samples.count > before else {
                    throw LocatedError(
                        file: path, problem: "holds no text", remedy: "put a file for each language there")
                }
            default:
                throw LocatedError(
                    file: path, problem: "does not exist", remedy: "name a file, or a folder of languages")
            }
        }
        return samples
    }

    private static func name(of path: String) -> String {
        let name = FileSystem.name(of: path)
        guard let dot = name.firstIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }
}
