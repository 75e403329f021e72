import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Hostile journals of a training that was stopped")
struct JournalHostileTests {
    @Test(
        "a journal with places that cannot be, or that names files elsewhere, is refused",
        arguments: [
            (#""line": 0"#, #""line": -1"#), (#""texts": 0"#, #""texts": -5"#),
            (#""bytes": 0"#, #""bytes": -5"#),
            (#""runs": []"#, #""runs": ["../run-0.counts"]"#),
            (#""runs": []"#, #""runs": ["counting.json"]"#),
            (#""offset": 0"#, #""offset": -9223372036854775808"#),
        ])
    func refused(sound: String, damaged: String) throws {
        let folder = try TemporaryFolder()
        let text = try folder.write("a b\n", to: "corpus.txt")
        try folder.write("#tessera-counts\t1\t1\t1\t\na\t1\n", to: "run-0.counts")
        let journal = #"""
            {"version": 1, "job": {"cutting": "", "files": [{"path": "\#(text)", "size": 4}], "field": "text",
             "format": "auto", "unit": "line"}, "isFinished": false, "file": 0, "offset": 0, "line": 0, "texts": 0,
             "bytes": 0, "runs": []}
            """#
        try folder.write(journal, to: "work/counting.json")
        _ = try count(text, work: folder.path("work"))
        let damaged = journal.replacing(sound, with: damaged)
        #expect(damaged != journal)
        try folder.write(damaged, to: "work/counting.json")
        expectLocatedError(file: folder.path("work/counting.json")) {
            try count(text, work: folder.path("work"))
        }
    }

    private func count(_ file: String, work: String) throws -> Int {
        try countPieces(
            of: Corpus(files: [file]), with: PieceCutter(normalizer: nil, preTokenizer: .whitespaceSplit),
            cutting: "",
            options: CountingOptions(threads: 1, workFolder: work)
        ).textCount
    }
}
