import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Damaged and hostile files give an error that names file, field and remedy, or a file that can be read; never a trap.
@Suite struct GGUFHostileTests {
    @Test("every prefix of a small file is refused")
    func prefixes() {
        let bytes = sampleGGUF().bytes()
        for count in 0..<bytes.count {
            expectLocatedError(file: "cut.gguf") {
                try GGUFFile(file: MappedFile(copying: bytes[..<count], path: "cut.gguf"))
            }
        }
    }

    @Test("2,000 flipped bits in the head: an error, or a file that can be read whole")
    func flippedBits() {
        let sound = sampleGGUF()
        let bytes = sound.bytes()
        let head = sound.head().count
        var random = SeededGenerator(seed: 2_000)
        var refused = 0
        for _ in 0..<2_000 {
            var damaged = bytes
            damaged[Int.random(in: 0..<head, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            refused += isRefused(damaged) ? 1 : 0
        }
        #expect(refused > 200 && refused < 2_000)
    }

    @Test("2,000 heads with overwritten fields: an error, or a file that can be read whole")
    func overwrittenFields() {
        let sound = sampleGGUF()
        let bytes = sound.bytes()
        let head = sound.head().count
        let extremes: [UInt64] = [
            0, 1, 0x7F, 0x80, .max, .max >> 1, 1 << 63, 1 << 32, (1 << 32) - 1, 1 << 61, 33, 7,
        ]
        var random = SeededGenerator(seed: 4_000)
        for _ in 0..<2_000 {
            var damaged = bytes
            let place = Int.random(in: 4..<(head - 8), using: &random)
            let value = extremes[Int.random(in: 0..<extremes.count, using: &random)]
            withUnsafeBytes(of: value.littleEndian) { damaged.replaceSubrange(place..<(place + 8), with: $0) }
            _ = isRefused(damaged)
        }
    }

    @Test("random bytes after the magic are refused")
    func noise() {
        var random = SeededGenerator(seed: 3)
        for count in 0..<500 {
            let bytes = Array("GGUF".utf8) + [3, 0, 0, 0] + random.bytes(count)
            _ = isRefused(bytes)
        }
    }

    private func isRefused(_ bytes: [UInt8]) -> Bool {
        do {
            _ = readEverything(try GGUFFile(file: MappedFile(copying: bytes, path: "flipped.gguf")))
            return false
        } catch {
            #expect(error.file == "flipped.gguf" && error.field != nil && error.remedy != nil, "\(error)")
            return true
        }
    }

    @Test("another magic, version or byte order is told apart")
    func wrongHeader() {
        var builder = sampleGGUF()
        builder.magic = Array("GGML".utf8)
        expectLocatedError(field: "magic") { try builder.file() }
        builder.magic = Array("GGUF".utf8)
        builder.version = 1
        expectLocatedError(field: "version", problem: "1 is not supported") { try builder.file() }
        builder.version = 4
        expectLocatedError(field: "version", problem: "4 is not supported") { try builder.file() }
        builder.version = UInt32(3).byteSwapped
        expectLocatedError(field: "version", problem: "big-endian") { try builder.file() }
    }

    @Test(
        "counts beyond the file are refused before anything is allocated",
        arguments: [5, 1 << 20, 1 << 62, UInt64.max])
    func overflowingCounts(count: UInt64) {
        var builder = sampleGGUF()
        builder.claimedTensorCount = count
        expectLocatedError { try builder.file() }
        builder = sampleGGUF()
        builder.claimedMetadataCount = count &+ 20
        expectLocatedError { try builder.file() }
        for element: UInt32 in [0, 4, 6, 8, 10] {
            builder = sampleGGUF()
            builder["array"] = .raw(type: 9, littleEndian(element) + littleEndian(count &+ 10_000))
            expectLocatedError(field: "array") { try builder.file() }
        }
        builder = sampleGGUF()
        builder["text"] = .raw(type: 8, littleEndian(count &+ 10_000))
        expectLocatedError(field: "text") { try builder.file() }
    }

    @Test("an array beyond the limits is refused, even where a sparse file holds it", arguments: [0, 8, 10])
    func hugeArray(element: UInt32) throws {
        var builder = GGUFBuilder()
        let count: UInt64 = element == 0 ? 1 << 32 : 1 << 29
        builder["array"] = .raw(type: 9, littleEndian(element) + littleEndian(count))
        let folder = try TemporaryFolder()
        let path = try folder.write(builder.bytes(), to: "sparse.gguf")
        try #require(truncate(path, 5 << 30) == 0)
        expectLocatedError(file: path, field: "array", problem: "are allowed") { try GGUFFile(path: path) }
    }

    @Test("a string inside an array that ends after the file is refused")
    func stringBeyondTheEnd() {
        var builder = GGUFBuilder()
        builder["tokens"] = .raw(
            type: 9,
            littleEndian(UInt32(8)) + littleEndian(UInt64(2)) + littleEndian(UInt64(1)) + [65]
                + littleEndian(UInt64.max - 7))
        expectLocatedError(field: "tokens", problem: "string 1 of 2") { try builder.file() }
    }

    @Test("arrays of arrays and unknown value types are refused", arguments: [9, 13, UInt32.max])
    func badTypes(type: UInt32) {
        var builder = GGUFBuilder()
        builder["value"] = .raw(type: 9, littleEndian(type) + littleEndian(UInt64(0)))
        expectLocatedError(field: "value") { try builder.file() }
        builder["value"] = .raw(type: type, [UInt8](repeating: 9, count: 24))
        expectLocatedError(field: "value") { try builder.file() }
    }

    @Test("truth values other than 0 and 1 are refused")
    func badBool() {
        var builder = GGUFBuilder()
        builder["flag"] = .raw(type: 7, [2])
        expectLocatedError(field: "flag", problem: "truth value 2") { try builder.file() }
    }

    @Test(
        "alignments that are zero, odd, small or huge are refused",
        arguments: [0, 1, 4, 12, 33, 1 << 21, UInt32.max])
    func badAlignment(alignment: UInt32) {
        var builder = sampleGGUF()
        builder["general.alignment"] = .uint32(alignment)
        expectLocatedError(field: "general.alignment", problem: "\(alignment)") { try builder.file() }
    }

    @Test("keys and tensor names that occur twice, are empty or no text are refused")
    func badNames() {
        var builder = sampleGGUF()
        builder.metadata.append(("a.bool", .bool(false)))
        expectLocatedError(field: "a.bool", problem: "twice") { try builder.file() }
        builder = sampleGGUF()
        builder.tensors[1].name = builder.tensors[0].name
        expectLocatedError(field: "tensor norm.weight", problem: "twice") { try builder.file() }
        builder.tensors[1].name = []
        expectLocatedError(field: "name of tensor 1", problem: "empty") { try builder.file() }
        builder.tensors[1].name = [0xC3, 0x28]
        expectLocatedError(field: "name of tensor 1", problem: "UTF-8") { try builder.file() }
        builder.tensors[1].name = [UInt8](repeating: 65, count: 2_000)
        expectLocatedError(field: "name of tensor 1", problem: "2000") { try builder.file() }
    }

    @Test(
        "shapes that overflow, are zero, negative or have five axes are refused",
        arguments: [
            [0], [8, 0], [1 << 63], [UInt64.max], [1 << 32, 1 << 31], [1 << 61, 4], [1 << 40, 1 << 40],
            [1 << 62],
            [1, 1, 1, 1, 1], [1 << 16, 1 << 16, 1 << 16, 1 << 16],
        ] as [[UInt64]])
    func badShapes(dimensions: [UInt64]) {
        var builder = sampleGGUF()
        builder.tensors[0].dimensions = dimensions
        expectLocatedError(field: "tensor norm.weight") { try builder.file() }
    }

    @Test("rows that are not whole blocks are refused, even where all numbers together would be")
    func brokenBlocks() {
        var builder = sampleGGUF()
        builder.tensors[1].dimensions = [16, 8]
        expectLocatedError(field: "tensor quantized", problem: "not whole Q4_1 blocks of 32") {
            try builder.file()
        }
    }

    @Test(
        "a type number that no writer uses is refused with the tensor's name",
        arguments: [4, 5, 31, 42, UInt32.max])
    func unknownType(number: UInt32) {
        var builder = sampleGGUF()
        builder.tensors[1].typeNumber = number
        expectLocatedError(field: "tensor quantized", problem: "unknown type number \(number)") {
            try builder.file()
        }
    }

    @Test(
        "offsets beyond the end, unaligned or overlapping are refused",
        arguments: [1, 16, 31, 1 << 20, 1 << 63, .max - 31, .max])
    func badOffset(offset: UInt64) {
        var builder = sampleGGUF()
        builder.tensors[1].offset = offset
        expectLocatedError(field: "tensor quantized") { try builder.file() }
    }

    @Test("tensors that overlap are refused")
    func overlap() {
        var builder = sampleGGUF()
        builder.tensors[1].offset = 0
        expectLocatedError(problem: "overlaps") { try builder.file() }
    }

    private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
