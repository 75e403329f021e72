internal import TesseraCore
internal import TesseraFiles

/// How far counting has come: what a work folder remembers.
struct CountingJournal {
    /// The texts, so that a folder is not used for others.
    private let corpus: Corpus
    /// Everything before this place is in `runs`, or in memory when there is no work folder.
    var place = CorpusReader.Place()
    /// How text is cut, and how much was.
    var header: CountsFile.Header
    /// The names of the sorted files with the counts.
    var runs: [String] = []
    /// Whether the whole corpus is counted.
    var isFinished = false

    static let name = "counting.json"

    init(corpus: Corpus, cutting: String) {
        self.corpus = corpus
        header = CountsFile.Header(cutting: cutting)
        isFinished = corpus.files.isEmpty
    }

    /// The name of the next file of counts.
    var nextRunName: String { "run-\(runs.count).counts" }

    /// The bytes of the files before the one at `place`.
    func fileBytes(before place: CorpusReader.Place) -> Int {
        corpus.files.prefix(place.file).reduce(0) { $0 + FileSystem.byteCount(of: $1) }
    }

    /// What tells this job from others: the files with their sizes, and how they are read.
    private var job: JSONValue {
        let files: [JSONValue] = corpus.files.map { file in
            var size = -1
            if case .file(let bytes)? = FileSystem.kind(of: file) { size = bytes }
            return ["path": .string(file), "size": .integer(size)]
        }
        return [
            "cutting": .string(header.cutting), "files": .array(files), "field": .string(corpus.field),
            "format": .string(corpus.format.rawValue), "unit": .string(corpus.unit.rawValue),
        ]
    }

    /// Writes the journal into `folder`, replacing an earlier one.
    func write(to folder: String) throws(LocatedError) {
        let value: JSONValue = [
            "version": 1, "job": job, "isFinished": .bool(isFinished), "file": .integer(place.file),
            "offset": .integer(place.offset), "line": .integer(place.line), "texts": .integer(header.texts),
            "bytes": .integer(header.bytes), "runs": .array(runs.map(JSONValue.string)),
        ]
        try writeAtomically(value.serialized(pretty: true) + "\n", to: "\(folder)/\(Self.name)")
    }

    /// Goes on with what `folder` holds, if it holds a journal; counts that no journal names are removed.
    ///
    /// - Throws: `LocatedError` when the folder belongs to another job or its journal is damaged.
    mutating func resume(from folder: String) throws(LocatedError) {
        let path = "\(folder)/\(Self.name)"
        if FileSystem.kind(of: path) != nil {
            let stored = try JSONField(contentsOf: path)
            guard try stored["version"].integer() == 1, stored["job"].value == job else {
                throw LocatedError(
                    file: path, field: "job", problem: "the folder holds the work of another job",
                    remedy: "name another folder with --work, or remove this one")
            }
            isFinished = try stored["isFinished"].bool()
            place.file = try stored["file"].integer()
            place.offset = try stored["offset"].integer()
            place.line = try stored["line"].integer()
            header.texts = try stored["texts"].integer()
            header.bytes = try stored["bytes"].integer()
            var names: [String] = []
            for (index, name) in try stored["runs"].array().enumerated() {
                // A name and no path: a journal must not make the job read other files.
                guard case .string(let name) = name, name.hasPrefix("run-"),
                    !name.utf8.contains(UInt8(ascii: "/")),
                    FileSystem.kind(of: "\(folder)/\(name)") != nil
                else {
                    throw LocatedError(
                        file: path, field: "runs[\(index)]", problem: "the file it names is missing",
                        remedy: "remove the work folder and start anew")
                }
                names.append(name)
            }
            runs = names
            guard place.file >= 0, place.offset >= 0, place.line >= 0, header.texts >= 0, header.bytes >= 0
            else {
                throw LocatedError(
                    file: path, field: "file", problem: "is negative",
                    remedy: "remove the work folder and start anew")
            }
        }
        for name in FileSystem.names(in: folder)
        where name.hasSuffix(".counts") && name.hasPrefix("run-") && !runs.contains(name) {
            FileSystem.remove("\(folder)/\(name)")
        }
    }
}
