import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite struct SafetensorsHostileTests {
    private func open(_ header: String, data: Int) throws -> SafetensorsFile {
        try open(Array(header.utf8), length: UInt64(header.utf8.count), data: data)
    }

    @discardableResult
    private func open(_ header: [UInt8], length: UInt64, data: Int) throws -> SafetensorsFile {
        let bytes =
            withUnsafeBytes(of: length.littleEndian) { Array($0) } + header
            + [UInt8](repeating: 0, count: data)
        return try SafetensorsFile(file: MappedFile(copying: bytes, path: "x.safetensors"))
    }

    @Test(
        "headers that break a rule are refused",
        arguments: [
            ("[]", 0), (" {}", 0), ("{", 0), ("{}", 1), ("{} x", 0), (#"{"a":3}"#, 0),
            (#"{"__metadata__":{"a":1}}"#, 0), (#"{"__metadata__":[]}"#, 0), (#"{"a":{}}"#, 0),
            // A hole, an overlap, a gap at the end, an end beyond the file, a start after the end.
            (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3),
            (
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
                3
            ),
            (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 3),
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 3),
            (#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[2,1]}}"#, 3),
            // Lengths that are negative, fractional, overflow or do not match.
            (#"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,3]}}"#, 3),
            (#"{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,3]}}"#, 3),
            (#"{"a":{"dtype":"U8","shape":[3,"1"],"data_offsets":[0,3]}}"#, 3),
            (#"{"a":{"dtype":"U8","shape":[9223372036854775807,2],"data_offsets":[0,3]}}"#, 3),
            (#"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#, 0),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,3]}}"#, 3),
            (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0]}}"#, 3),
            (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,1e1]}}"#, 3),
            (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[-3,0]}}"#, 3),
            (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,18446744073709551615]}}"#, 3),
            // A type that is unknown, or known to another format only; a key twice; too deep.
            (#"{"a":{"dtype":"F99","shape":[3],"data_offsets":[0,3]}}"#, 3),
            (#"{"a":{"dtype":"Q8_0","shape":[32],"data_offsets":[0,34]}}"#, 34),
            (
                #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#,
                0
            ),
            ("{\"a\":" + String(repeating: "[", count: 60_000), 0),
        ])
    func brokenRules(header: String, data: Int) {
        let error = expectLocatedError(file: "x.safetensors") { try open(header, data: data) }
        #expect(error?.field != nil)
    }

    @Test(
        "header lengths beyond the file or the limit are refused",
        arguments: [3, 100, 100_000_001, 1 << 63, UInt64.max])
    func lengths(length: UInt64) {
        expectLocatedError(file: "x.safetensors", field: "header length") {
            try open(Array("{}".utf8), length: length, data: 0)
        }
    }

    @Test("an empty header is a sound file")
    func empty() throws {
        #expect(try open("{}", data: 0).tensorNames.isEmpty)
    }

    @Test("prefixes and flipped bits are refused or read")
    func damage() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("m.safetensors")
        try writeSafetensors(
            [
                TensorData(name: "a", shape: [2, 2], floats: [1, 2, 3, 4]),
                TensorData(name: "b", shape: [3], floats: [1, 2, 3]),
            ],
            to: path)
        let bytes = try MappedFile(path: path).copy()
        for count in 0..<bytes.count {
            expectLocatedError {
                try SafetensorsFile(file: MappedFile(copying: bytes[..<count], path: "cut"))
            }
        }
        var random = SeededGenerator(seed: 6)
        for _ in 0..<2_000 {
            var damaged = bytes
            damaged[Int.random(in: 0..<(bytes.count - 28), using: &random)] ^=
                1 << UInt8.random(in: 0..<8, using: &random)
            guard let file = try? SafetensorsFile(file: MappedFile(copying: damaged, path: "flipped")) else {
                continue
            }
            for name in file.tensorNames {
                #expect(file.tensor(name)?.bytes.count == file.tensor(name)?.byteCount)
            }
        }
    }
}
