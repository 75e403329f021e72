public import TesseraCore
internal import TesseraFiles

/// The words of a language, one a line, to see which tokens serve it.
public struct LanguageLexicon: Sendable {
    /// What the language is called.
    public let name: String
    /// The words in lower case, each once, without those that hold white space.
    public let words: [[UInt8]]

    /// Makes a lexicon of words.
    public init(_ name: String, words: some Sequence<String>) {
        self.name = name
        var seen: Set<[UInt8]> = []
        for word in words where !word.isEmpty && !word.contains(where: \.isWhitespace) {
            seen.insert(Array(word.lowercased().utf8))
        }
        self.words = seen.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Reads the lexicons of a folder: a file for each language, called like it, a word on each line.
    ///
    /// - Throws: `LocatedError` when there is none or one cannot be read.
    public static func inFolder(_ path: String) throws(LocatedError) -> [LanguageLexicon] {
        let files = FileSystem.names(in: path).filter { !$0.hasPrefix(".") }.map { path + "/" + $0 }
        guard !files.isEmpty else {
            throw LocatedError(
                file: path, problem: "no word list is in this folder",
                remedy: "put a file for each language there, such as english.txt, with a word on each line")
        }
        var lexicons: [LanguageLexicon] = []
        for file in files {
            let bytes = try MappedFile(path: file).copy()
            if let bad = firstInvalidUTF8Offset(in: bytes) {
                throw LocatedError.invalidUTF8(file: file, offset: bad)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let name = String(FileSystem.name(of: file).prefix { $0 != "." })
            let lexicon = LanguageLexicon(
                name, words: text.split(whereSeparator: \.isNewline).map(String.init))
            guard !lexicon.words.isEmpty else {
                throw LocatedError(
                    file: file, problem: "there is no word in it", remedy: "write a word on each line")
            }
            lexicons.append(lexicon)
        }
        return lexicons
    }
}
