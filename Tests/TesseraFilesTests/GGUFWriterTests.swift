import TesseraFiles
import Testing

@Suite("writing GGUF metadata")
struct GGUFWriterTests {
    @Test("what is written is read")
    func roundTrip() throws {
        var writer = GGUFWriter()
        writer.append("general.architecture", .string("llama"))
        writer.append("number", .uint32(7))
        writer.append("flag", .bool(true))
        writer.append("strings", .strings([Array("a".utf8), [], [0xFF, 0x00]]))
        writer.append("bytes", .bytes([1, 255]))
        writer.append("integers", .int32s([-1, 2]))
        writer.append("floats", .float32s([0.5, -2]))
        let metadata = try GGUFFile(file: MappedFile(copying: writer.bytes, path: "t.gguf")).metadata
        #expect(try metadata.string("general.architecture") == "llama")
        #expect(try metadata.optionalInteger("number") == 7)
        #expect(try metadata.optionalBool("flag") == true)
        #expect(try metadata.strings("strings").map { Array($0) } == [[0x61], [], [0xFF, 0x00]])
        #expect(try metadata.optionalIntegers("bytes") == [1, 255])
        #expect(try metadata.optionalIntegers("integers") == [-1, 2])
        #expect(try metadata.optionalDoubles("floats") == [0.5, -2])
    }
}
