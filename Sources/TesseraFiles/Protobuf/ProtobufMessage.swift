package import TesseraCore

/// A message of few fields, kept as its bytes: fields that nobody knows survive, in their order.
///
/// Each look-up reads the fields from the start.
package struct ProtobufMessage: Hashable, Sendable {
    /// The fields in the wire format.
    package private(set) var bytes: [UInt8]

    /// What errors call it.
    package let name: String

    /// An empty message.
    package init(name: String) {
        self.name = name
        bytes = []
    }

    /// Adds fields in the wire format; where one is there already, the later one counts, as in the format.
    ///
    /// - Throws: `LocatedError` when they are not in the format.
    package mutating func append(_ fields: UnsafeRawBufferPointer) throws(LocatedError) {
        var reader = ProtobufReader(fields, name: name)
        while try reader.next() != nil {}
        bytes.append(contentsOf: fields)
    }

    /// The integer, truth value or enumeration in field `number`; nil when absent.
    package func varint(_ number: Int) -> UInt64? {
        last(number) { if case .varint(let value) = $0 { value } else { nil } }
    }

    /// The truth value in field `number`; nil when absent.
    package func bool(_ number: Int) -> Bool? { varint(number).map { $0 != 0 } }

    /// The bytes or text in field `number`; nil when absent.
    package func content(_ number: Int) -> [UInt8]? {
        last(number) { value -> Range<Int>? in
            if case .bytes(let range) = value { range } else { nil }
        }.map { Array(bytes[$0]) }
    }

    /// Puts an integer into field `number`.
    package mutating func set(_ number: Int, varint value: Int) {
        replace(number) { $0.append(varint: value, field: number) }
    }

    /// Puts bytes or text into field `number`.
    package mutating func set(_ number: Int, content: some Collection<UInt8>) {
        replace(number) { $0.append(bytes: content, field: number) }
    }

    private func last<Value>(_ number: Int, _ value: (ProtobufValue) -> Value?) -> Value? {
        var found: Value?
        forEachField { if $0.number == number { found = value($0.value) ?? found } }
        return found
    }

    private mutating func replace(_ number: Int, _ write: (inout ProtobufWriter) -> Void) {
        var writer = ProtobufWriter()
        forEachField { if $0.number != number { writer.append(fields: bytes[$0.range]) } }
        write(&writer)
        bytes = writer.bytes
    }

    private func forEachField(_ body: (ProtobufField) -> Void) {
        bytes.withUnsafeBytes { raw in
            var reader = ProtobufReader(raw, name: name)
            // `append` has checked the format.
            while let field = try? reader.next() { body(field) }
        }
    }
}
