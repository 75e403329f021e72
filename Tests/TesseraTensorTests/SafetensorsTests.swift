import TesseraCore
import TesseraFiles
import TesseraTensor
import TesseraTestSupport
import Testing

@Suite("Tensors in safetensors files")
struct SafetensorsTests {
    @Test("come back with the same bits, whatever their type")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let random = try RandomGenerator(seed: 2)
        let written = try ScalarType.allCases.filter { $0 != .other }.map { type in
            Parameter("a \(type)", try (random.normal([3, 5]) * 3).converted(to: type))
        }
        let path = folder.path + "/x.safetensors"
        try writeSafetensors(written, to: path)
        let file = try SafetensorsFile(path: path)
        #expect(file.tensors.count == written.count)
        #expect(file.metadata.map(\.value) == ["pt"])
        for parameter in written {
            let read = try Tensor(#require(file.tensor(parameter.name)))
            #expect(read.type == parameter.tensor.type && read.shape == [3, 5])
            #expect(try read.doubles() == parameter.tensor.doubles())
        }
        // Read in place, and converted on the way.
        let target = Parameter("a float32", try .zeros([3, 5], type: .float64))
        try readParameters([target], from: file)
        #expect(try target.tensor.floats() == written[0].tensor.floats())
    }

    @Test("are written in the type that is asked for, whole numbers in their own")
    func types() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x.safetensors"
        try writeSafetensors(
            [Parameter("w", .ones([2])), Parameter("ids", Tensor([1, 2]))], as: .bfloat16, to: path)
        let file = try SafetensorsFile(path: path)
        #expect(file.tensor("w")?.format == .bfloat16 && file.tensor("ids")?.format == .other("I64"))
        #expect(try Tensor(#require(file.tensor("w")), type: .float32).type == .float32)
    }

    @Test("that are missing or of another shape are named")
    func mismatches() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x.safetensors"
        try writeSafetensors([Parameter("w", .ones([2, 2]))], to: path)
        let file = try SafetensorsFile(path: path)
        let missing = try #require(throws: LocatedError.self) {
            try readParameters([Parameter("v", .ones([2]))], from: file)
        }
        #expect(missing.file == path && missing.field == "tensor v")
        let other = try #require(throws: LocatedError.self) {
            try readParameters([Parameter("w", .ones([4]))], from: file)
        }
        #expect(other.problem.contains("[2, 2]") && other.problem.contains("[4]"))
        #expect(throws: LocatedError.self) {
            try writeSafetensors([Parameter("w", .ones([2])), Parameter("w", .ones([2]))], to: path)
        }
        // What was there is still there.
        #expect(try SafetensorsFile(path: path).tensor("w")?.shape == [2, 2])
    }

    @Test("of the default model in quantised blocks are refused with what to do")
    func quantised() throws {
        let file = try GGUFFile(path: DefaultModel.path())
        let view = try #require(file.tensor("blk.0.attn_q.weight"))
        let error = try #require(throws: LocatedError.self) { try Tensor(view) }
        #expect(error.field == "tensor blk.0.attn_q.weight" && error.problem.contains("Q4_1"))
        let norm = try Tensor(#require(file.tensor("output_norm.weight")))
        #expect(norm.shape == [576])
    }
}
