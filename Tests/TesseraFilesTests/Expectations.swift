import TesseraFiles
import TesseraTestSupport
import Testing

/// Reads everything there is in a GGUF file and gives a number that depends on all of it.
func readEverything(_ file: GGUFFile) -> Int {
    var sum = 0
    for key in file.metadata.keys {
        switch file.metadata[key] {
        case nil: Issue.record("key \(key) has no value")
        case .integer(let value)?: sum &+= value
        case .unsigned(let value)?: sum &+= Int(truncatingIfNeeded: value)
        case .double(let value)?: sum &+= Int(truncatingIfNeeded: value.bitPattern)
        case .bool(let value)?: sum &+= value ? 1 : 0
        case .string(let value)?: sum &+= value.utf8.count
        case .strings(let values)?:
            for value in values { sum &+= value.reduce(value.count) { $0 &+ Int($1) } }
        case .numbers(let values)?:
            for value in values { if case .integer(let value) = value { sum &+= value } else { sum &+= 1 } }
        }
        _ = try? file.metadata.string(key)
        _ = try? file.metadata.integer(key)
        _ = try? file.metadata.double(key)
        _ = try? file.metadata.bool(key)
        _ = try? file.metadata.integers(key)
        _ = try? file.metadata.doubles(key)
        _ = try? file.metadata.strings(key)
    }
    for name in file.tensorNames {
        guard let tensor = file.tensor(name) else {
            Issue.record("tensor \(name) is not found by its name")
            continue
        }
        sum &+= tensor.elementCount &+ tensor.byteCount &+ tensor.shape.count
        // The first and last byte of the tensor: outside the file they would trap or crash.
        sum &+= Int(tensor.bytes.first ?? 0) &+ Int(tensor.bytes.last ?? 0)
    }
    return sum
}

/// A small sound model file with every kind of value and several tensor formats.
func sampleGGUF() -> GGUFBuilder {
    var random = SeededGenerator(seed: 7)
    var builder = GGUFBuilder()
    builder["general.architecture"] = .string("llama")
    builder["general.alignment"] = .uint32(32)
    builder["a.uint8"] = .uint8(200)
    builder["a.int8"] = .int8(-5)
    builder["a.uint16"] = .uint16(60_000)
    builder["a.int16"] = .int16(-30_000)
    builder["a.int32"] = .int32(-7)
    builder["a.uint64"] = .uint64(.max)
    builder["a.int64"] = .int64(.min)
    builder["a.float32"] = .float32(1.5)
    builder["a.float64"] = .float64(-0.1)
    builder["a.bool"] = .bool(true)
    builder["a.bools"] = .bools([true, false, true])
    builder["tokenizer.ggml.tokens"] = .byteStrings([Array("the".utf8), [0xFF, 0xC0], [], Array("é".utf8)])
    builder["tokenizer.ggml.scores"] = .float32s([0.5, -1, 2, .infinity])
    builder["tokenizer.ggml.token_type"] = .int32s([1, 6, 3, -1])
    builder["big"] = .uint64s([1, .max])
    builder["empty"] = .strings([])
    builder.addTensor("norm.weight", shape: [8], floats: random.floats(8))
    builder.addTensor("quantized", shape: [2, 64], format: .q4_1, bytes: random.bytes(2 * 2 * 20))
    builder.addTensor("half", shape: [3, 2, 4], format: .bfloat16, bytes: random.bytes(48))
    builder.addTensor("exotic", shape: [1, 256], format: .other("Q3_K"), bytes: random.bytes(110))
    return builder
}
