import TesseraCore
import TesseraDecoding
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite("Draft tables on disk")
struct RecyclingTableTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("table.safetensors")
    }

    private func filled() throws -> RecyclingTable {
        var source = TokenRecycling(table: try RecyclingTable(vocabularySize: 20))
        let random = CounterRandom(seed: 1)
        let rows = (0..<100).map { Float(random.uniform(at: $0)) }
        rows.withUnsafeBufferPointer {
            source.observe(ReadPass(tokens: [3, 1, 4, 15, 9], accepted: [0], logits: $0))
        }
        return source.table
    }

    @Test("what is written is read again")
    func roundTrip() throws {
        let table = try filled()
        #expect(table.filledCount == 5)
        try table.write(to: path, fingerprint: "a")
        #expect(try RecyclingTable(path: path, fingerprint: "a", vocabularySize: 20) == table)
    }

    @Test("a table of another tokenizer or size is refused, and so is what is none")
    func refused() throws {
        try filled().write(to: path, fingerprint: "a")
        func field(_ fingerprint: String, _ size: Int, _ path: String) -> String? {
            let error = #expect(throws: LocatedError.self) {
                try RecyclingTable(path: path, fingerprint: fingerprint, vocabularySize: size)
            }
            return error?.field
        }
        #expect(field("b", 20, path) == "tokenizer")
        #expect(field("a", 21, path) == "successors")
        #expect(field("a", 20, folder.path("none.safetensors")) == nil)

        let other = folder.path("other.safetensors")
        try writeSafetensors([TensorData(name: "successors", shape: [2], floats: [1, 2])], to: other)
        #expect(field("a", 20, other) == "format")
        let metadata = [("format", "tessera-draft-table"), ("tokenizer", "a")]
        try writeSafetensors(
            [TensorData(name: "successors", shape: [20, 8], floats: Array(repeating: 1, count: 160))],
            metadata: metadata, to: other)
        #expect(field("a", 20, other) == "successors")
        // An id that is neither a token nor the mark of an empty place.
        var bytes = Array(repeating: UInt8(0), count: 20 * 8 * 4)
        bytes[40] = 20
        try writeSafetensors(
            [TensorData(name: "successors", shape: [20, 8], format: .other("U32"), bytes: bytes)],
            metadata: metadata, to: other)
        #expect(field("a", 20, other) == "successors")
    }
}
