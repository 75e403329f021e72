import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

private let wrappingShapes: [([UInt64], UInt32)] = [
    // llama.cpp#18674: 2⁴² + 1 rows, whose stride times rows wraps to 0.
    ([1152, 4_398_046_511_105], 8),
    // llama.cpp#25378 and safetensors-cpp: a product of 2⁶⁴ · k + 4.
    ([4_194_305, 4_194_305, 211_106_198_978_564], 0),
    // llama.cpp#27203: a negative product passes a check against an upper bound.
    ([0x7FFF_FFFF_FFFF_FFFF, 2], 24),
    // CVE-2026-33298: numbers times bytes a number.
    ([0x4000_0000_0000_0000], 0), ([0x2000_0000_0000_0001, 2], 0), ([0x0400_0000_0000_0000, 32], 2),
    // llama.cpp#24759: padding the bytes of a quarter of 2⁶⁴ numbers wraps to 0.
    ([0x3FFF_FFFF_FFFF_FFFF], 0), ([0x3FFF_FFFF_FFFF_FFF8], 0),
    // llama.cpp#24263, #26946: division by a length of 0.
    ([0], 0), ([4, 0], 0), ([0, 4], 8), ([4, 4, 0, 4], 0),
    // CVE-2024-21802: more axes than the reader has room for.
    ([1, 1, 1, 1, 1], 0), ([UInt64](repeating: 1, count: 4096), 0),
]

/// Counts whose product with 25, 14 or 64, bytes that entries take, wraps around.
private let wrappingCounts: [UInt64] = [
    0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0x0A3D_70A3_D70A_3D70, 0x0A3D_70A3_D70A_3D71,
    0x1249_2492_4924_924A, 0x0400_0000_0000_0000,
]

private let wrappingLengths: [UInt64] = [
    0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFF8, 0xFFFF_FFFF_FFFF_FFF7, 0xFFFF_FFFF_FFFF_FFE0,
    0x8000_0000_0000_0000, 0x4000_0000_0000_0000, 0x0000_0100_0000_0000,
]

/// What published advisories and reports did to other readers of these files, one line each.
@Suite("files of published advisories are refused")
struct AdvisoryTests {
    /// A file whose first tensor has another shape, `[n₀, n₁, …]` as the file has it: innermost first.
    private func shaped(_ dimensions: [UInt64], type: UInt32 = 0) -> GGUFBuilder {
        var builder = sampleGGUF()
        builder.tensors[0].dimensions = dimensions
        builder.tensors[0].typeNumber = type
        return builder
    }

    @Test("shapes whose product wraps around, or that have no size", arguments: wrappingShapes)
    func shapes(dimensions: [UInt64], type: UInt32) {
        expectLocatedError(file: "built.gguf", field: "tensor norm.weight") {
            try shaped(dimensions, type: type).file()
        }
    }

    @Test("CVE-2025-53630, CVE-2026-27940: sizes that wrap around when they are added up")
    func sums() {
        var builder = GGUFBuilder()
        for index in 0..<4 { builder.addTensor("t\(index)", shape: [1], floats: [1]) }
        for index in builder.tensors.indices {
            builder.tensors[index].dimensions = [1 << 60]
            builder.tensors[index].offset = UInt64(index) << 62
        }
        expectLocatedError(field: "tensor t0", problem: "end") { try builder.file() }
        // The first lies in the file, the second begins where it would wrap to the head of it.
        builder.tensors[0].dimensions = [1]
        for offset: UInt64 in [.max - 31, 1 << 63, .max - 63] {
            builder.tensors[1].dimensions = [8]
            builder.tensors[1].offset = offset
            expectLocatedError(field: "tensor t1") { try builder.file() }
        }
    }

    @Test(
        "llama.cpp#15711, #27188: counts that wrap around when they are multiplied",
        arguments: wrappingCounts)
    func counts(count: UInt64) {
        var builder = sampleGGUF()
        builder.claimedTensorCount = count
        expectLocatedError(field: "tensor count") { try builder.file() }
        builder = sampleGGUF()
        builder.claimedMetadataCount = count
        expectLocatedError(field: "metadata count") { try builder.file() }
        for type: UInt32 in 0...12 where type != 9 {
            builder = GGUFBuilder()
            builder["array"] = .raw(type: 9, littleEndian(type) + littleEndian(count))
            expectLocatedError(field: "array") { try builder.file() }
        }
    }

    @Test(
        "CVE-2024-23496: strings whose length wraps around with its end", arguments: wrappingLengths)
    func strings(length: UInt64) {
        // The length of a value, of a key, of a tensor's name, and of an element of an array.
        var builder = GGUFBuilder()
        builder["text"] = .raw(type: 8, littleEndian(length) + Array("abc".utf8))
        expectLocatedError(field: "text") { try builder.file() }
        builder["text"] = .raw(
            type: 9, littleEndian(UInt32(8)) + littleEndian(UInt64(1)) + littleEndian(length))
        expectLocatedError(field: "text") { try builder.file() }
        let head = GGUFBuilder().bytes()
        for (counts, field): (Range<Int>, String) in [
            (8..<16, "name of tensor 0"), (16..<24, "metadata key 0"),
        ] {
            var bytes = head + littleEndian(length) + [UInt8](repeating: 65, count: 64)
            bytes.replaceSubrange(counts, with: littleEndian(UInt64(1)))
            expectLocatedError(field: field) {
                try GGUFFile(file: MappedFile(copying: bytes, path: "built.gguf"))
            }
        }
    }

    @Test("llama.cpp#24884: a key without a name")
    func emptyKey() {
        var builder = sampleGGUF()
        builder.metadata.insert(("", .bool(true)), at: 0)
        expectLocatedError(field: "metadata key 0", problem: "empty") { try builder.file() }
    }

    @Test("llama.cpp#26318: an alignment that is no number, or a negative one")
    func alignment() {
        for value: GGUFBuilder.Value in [
            .string("32"), .float32(32), .bool(true), .int32(-32), .int64(.min), .uint64(.max),
            .uint32s([32]),
        ] {
            var builder = sampleGGUF()
            builder["general.alignment"] = value
            expectLocatedError(field: "general.alignment") { try builder.file() }
        }
        var builder = sampleGGUF()
        builder["general.alignment"] = .int32(32)
        #expect(throws: Never.self) { try builder.file() }
    }

    @Test("llama.cpp#26690: arrays of narrower numbers than the reader expects are read as what they are")
    func narrowArrays() throws {
        var builder = GGUFBuilder()
        builder["narrow"] = .raw(type: 9, littleEndian(UInt32(0)) + littleEndian(UInt64(3)) + [1, 2, 255])
        builder["text"] = .strings(["a"])
        let metadata = try builder.file().metadata
        #expect(try metadata.integers("narrow") == [1, 2, 255])
        for read in [
            { _ = try metadata.strings("narrow") }, { _ = try metadata.integers("text") },
            { _ = try metadata.doubles("text") }, { _ = try metadata.integer("narrow") },
        ] as [() throws -> Void] {
            expectLocatedError(file: "built.gguf") { try read() }
        }
    }

    @Test("llama.cpp#19856: limits cost nothing: a million strings are read in a moment")
    func limitsAreCheap() throws {
        let count = 1_000_000
        let element = littleEndian(UInt64(5)) + Array("token".utf8)
        var builder = GGUFBuilder()
        builder["tokens"] = .raw(
            type: 9,
            littleEndian(UInt32(8)) + littleEndian(UInt64(count))
                + Array(repeatElement(element, count: count).joined()))
        let bytes = builder.bytes()
        let elapsed = try ContinuousClock().measure {
            let file = try GGUFFile(file: MappedFile(copying: bytes, path: "built.gguf"))
            #expect(try file.metadata.strings("tokens").count == count)
        }
        // It takes 10 ms alone; the rest is for other tests beside it.
        #expect(elapsed < .seconds(2))
    }

    // MARK: Safetensors

    private func safetensors(_ header: [UInt8], data: Int = 0) throws -> SafetensorsFile {
        let bytes = littleEndian(UInt64(header.count)) + header + [UInt8](repeating: 0, count: data)
        return try SafetensorsFile(file: MappedFile(copying: bytes, path: "x.safetensors"))
    }

    @Test(
        "safetensors: headers that other readers let through",
        arguments: [
            // safetensors-cpp: a product that wraps to the 16 bytes there are.
            (#"{"a":{"dtype":"F32","shape":[4194305,4194305,211106198978564],"data_offsets":[0,16]}}"#, 16),
            (#"{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}"#, 4),
            // mlx#3363: offsets of fewer bytes than the shape takes.
            (#"{"a":{"dtype":"F32","shape":[1000,1000],"data_offsets":[0,4]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#, 8),
            // A tensor of nothing in the middle of another.
            (
                #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}"#,
                4
            ),
            // Two files in one: what follows the tensors, or lies between them.
            (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 4096),
            (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[4095,4096]}}"#, 4096),
        ])
    func headers(header: String, data: Int) {
        let error = expectLocatedError(file: "x.safetensors") {
            try safetensors(Array(header.utf8), data: data)
        }
        #expect(error?.field != nil)
    }

    @Test("safetensors: a header that is not UTF-8 is refused")
    func notText() {
        for bytes: [UInt8] in [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
            let header = Array("{\"".utf8) + bytes + Array("\":{}}".utf8)
            expectLocatedError(file: "x.safetensors") { try safetensors(header) }
        }
    }

    @Test("safetensors: tensors of nothing may lie between others")
    func nothing() throws {
        let header =
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]},"c":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#
        let file = try safetensors(Array(header.utf8), data: 3)
        #expect(["a", "b", "c"].map { file.tensor($0)?.byteCount } == [2, 0, 1])
    }

    @Test("safetensors: a header of a hundred thousand tensors costs no more than its length")
    func bloated() throws {
        let entries = (0..<100_000).map {
            #""tensor-\#($0)":{"dtype":"U8","shape":[1],"data_offsets":[\#($0),\#($0 + 1)]}"#
        }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        let elapsed = try ContinuousClock().measure {
            let file = try safetensors(header, data: 100_000)
            #expect(file.tensorNames.count == 100_000)
        }
        // It takes a fifth of a second alone.
        #expect(elapsed < .seconds(10))
    }

    private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
