import TesseraCore
import TesseraFiles
import Testing

@Suite("Protocol Buffers")
struct ProtobufTests {
    private func fields(_ bytes: [UInt8]) throws -> [ProtobufField] {
        try bytes.withUnsafeBytes { raw in
            var reader = ProtobufReader(raw, name: "test")
            var fields: [ProtobufField] = []
            while let field = try reader.next() { fields.append(field) }
            return fields
        }
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        var writer = ProtobufWriter()
        writer.append(varint: 150, field: 1)
        writer.append(bytes: Array("testing".utf8), field: 2)
        writer.append(float: -2.5, field: 3)
        writer.append(varint: -1, field: 40)
        // The first two are the examples of the format's documentation.
        #expect(Array(writer.bytes.prefix(12)) == [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8))
        let read = try fields(writer.bytes)
        #expect(read.map(\.number) == [1, 2, 3, 40])
        #expect(read[0].value == .varint(150) && read[1].value == .bytes(5..<12))
        #expect(read[2].value == .fixed32(Float(-2.5).bitPattern) && read[3].value == .varint(.max))
        #expect(read.last?.range.upperBound == writer.bytes.count)
    }

    @Test(
        "damage is an error that names the byte",
        arguments: [
            ([0x08], "breaks off"), ([0x08, 0x80], "breaks off"), ([0x12, 0x05, 0x41], "5 bytes runs past"),
            ([0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "9223372036854775807 bytes"),
            ([0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "runs past"),
            ([0x08] + [UInt8](repeating: 0x80, count: 11), "more than ten"), ([0x00, 0x01], "0 is no field"),
            ([0x0F, 0x01], "7 is no wire type"), ([0x0D, 1, 2], "breaks off"),
            ([0x09, 1, 2, 3], "breaks off"),
            ([0x0B], "no end"), ([0x0B, 0x14], "ends as 2"), ([0x0C], "4 is no wire type"),
            ([UInt8](repeating: 0x0B, count: 200), "more than 100"),
        ] as [([UInt8], String)])
    func damaged(bytes: [UInt8], named: String) {
        let error = #expect(throws: LocatedError.self) { try fields(bytes) }
        #expect(error?.description.contains(named) ?? false, "\(String(describing: error))")
    }

    @Test("a group that nothing knows is passed over whole")
    func groups() throws {
        let read = try fields([0x0B, 0x13, 0x08, 0x01, 0x14, 0x0C, 0x08, 0x07])
        #expect(read.map(\.range) == [0..<6, 6..<8] && read[1].value == .varint(7))
    }

    @Test("a message keeps its unknown fields and replaces known ones")
    func messages() throws {
        var message = ProtobufMessage(name: "test")
        var writer = ProtobufWriter()
        writer.append(varint: 1, field: 5)
        writer.append(bytes: Array("later".utf8), field: 900)
        writer.append(varint: 2, field: 5)
        try writer.bytes.withUnsafeBytes { try message.append($0) }
        #expect(
            message.varint(5) == 2 && message.bool(6) == nil && message.content(900) == Array("later".utf8))
        message.set(5, varint: 9)
        message.set(7, content: Array("x".utf8))
        #expect(message.varint(5) == 9 && message.content(900) == Array("later".utf8))
        #expect(try fields(message.bytes).map(\.number) == [900, 5, 7])
    }
}
