import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite struct SafetensorsTests {
    @Test("what is written is read: bytes, shapes, formats, metadata")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 1)
        let tensors = [
            TensorData(name: "norm", shape: [3], floats: [1, -2, 0.5]),
            TensorData(name: "a.half", shape: [2, 3], format: .float16, bytes: random.bytes(12)),
            TensorData(name: "b.brain", shape: [5], format: .bfloat16, bytes: random.bytes(10)),
            TensorData(name: "scalar", shape: [], format: .other("I64"), bytes: random.bytes(8)),
            TensorData(name: "none", shape: [0, 4], format: .float32, bytes: []),
            TensorData(name: "bytes", shape: [3], format: .other("U8"), bytes: [1, 2, 3]),
        ]
        let folder = try TemporaryFolder()
        let path = folder.path("model.safetensors")
        try writeSafetensors(tensors, metadata: [("format", "pt")], to: path)
        #expect(folder.names == ["model.safetensors"])

        let file = try SafetensorsFile(path: path)
        #expect(file.metadata.map(\.key) == ["format"] && file.metadata.map(\.value) == ["pt"])
        #expect(Set(file.tensorNames) == Set(tensors.map(\.name)))
        for written in tensors {
            let read = try #require(file.tensor(written.name))
            #expect(read.shape == written.shape && read.format == written.format)
            #expect(Array(read.bytes) == written.bytes)
        }
        #expect(file.tensor("norm")?.bytes.load(fromByteOffset: 4, as: Float.self) == -2)
    }

    @Test("numbers that the file does not keep aligned are read where they lie")
    func unaligned() throws {
        let header = Array(#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} "#.utf8)
        #expect(header.count % 4 != 0)
        let floats: [Float] = [1.25, -3]
        let bytes =
            withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
            + floats.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
        let file = try SafetensorsFile(file: MappedFile(copying: bytes, path: "x"))
        let tensor = try #require(file.tensor("x"))
        #expect(tensor.file === file.file)
        let read = [0, 4].map { tensor.bytes.loadUnaligned(fromByteOffset: $0, as: Float.self) }
        #expect(read == floats)
    }

    @Test("the writer refuses what no reader would take")
    func writerErrors() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("x.safetensors")
        let tensor = TensorData(name: "x", shape: [2], floats: [1, 2])
        expectLocatedError(file: path, field: "tensor x", problem: "twice") {
            try writeSafetensors([tensor, tensor], to: path)
        }
        expectLocatedError(field: "tensor y", problem: "do not match") {
            try writeSafetensors([TensorData(name: "y", shape: [3], floats: [1])], to: path)
        }
        expectLocatedError(field: "tensor q", problem: "Q8_0") {
            try writeSafetensors(
                [TensorData(name: "q", shape: [32], format: .q8_0, bytes: .init(repeating: 0, count: 34))],
                to: path)
        }
        expectLocatedError(field: "tensor __metadata__") {
            try writeSafetensors([TensorData(name: "__metadata__", shape: [1], floats: [1])], to: path)
        }
        #expect(folder.names.isEmpty)
    }

    @Test("a folder with one file, or with an index of several")
    func folders() throws {
        let folder = try TemporaryFolder()
        expectLocatedError(file: folder.path, problem: "neither") { try SafetensorsFolder(path: folder.path) }
        let (first, second) = (folder.path("m-1.safetensors"), folder.path("m-2.safetensors"))
        try writeSafetensors([TensorData(name: "a", shape: [1], floats: [1])], to: first)
        try writeSafetensors(
            [TensorData(name: "b", shape: [1], floats: [2]), TensorData(name: "c", shape: [1], floats: [3])],
            to: second)
        let index =
            #"{"weight_map": {"c": "m-2.safetensors", "a": "m-1.safetensors", "b": "m-2.safetensors"}}"#
        try folder.write(index, to: "model.safetensors.index.json")
        let model = try SafetensorsFolder(path: folder.path)
        #expect(model.tensorNames == ["c", "a", "b"])
        #expect(model.files.count == 2)
        #expect(model.tensor("b")?.bytes.load(as: Float.self) == 2)
        #expect(model.tensor("d") == nil)

        try writeSafetensors(
            [TensorData(name: "only", shape: [1], floats: [4])], to: folder.path("model.safetensors"))
        #expect(try SafetensorsFolder(path: folder.path).tensorNames == ["only"])
    }

    @Test(
        "an index that lies, or leads out of the folder, is refused",
        arguments: [
            "\"../x.safetensors\"", "\"/etc/passwd\"", "\"..\"", "\"\"", "\"m\\u0000\"",
            "\"missing.safetensors\"", "3",
            "\"other.safetensors\"",
        ])
    func hostileIndex(file: String) throws {
        let folder = try TemporaryFolder()
        try writeSafetensors(
            [TensorData(name: "b", shape: [1], floats: [2])], to: folder.path("other.safetensors"))
        try folder.write("{\"weight_map\": {\"a\": \(file)}}", to: "model.safetensors.index.json")
        expectLocatedError { try SafetensorsFolder(path: folder.path) }
    }
}
