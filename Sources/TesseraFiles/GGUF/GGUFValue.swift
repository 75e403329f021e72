/// A metadata value of a GGUF file.
public enum GGUFValue: Sendable {
    /// A whole number of any width that fits `Int`.
    case integer(Int)
    /// A whole number above `Int.max`.
    case unsigned(UInt64)
    /// A floating-point number of either width.
    case double(Double)
    /// True or false.
    case bool(Bool)
    /// Text; bytes that are not UTF-8 became U+FFFD.
    case string(String)
    /// An array of strings.
    case strings(GGUFStrings)
    /// An array of whole numbers, floating-point numbers or truth values.
    case numbers(GGUFNumbers)
}

/// The numbers of a metadata array, read from the mapped file one by one.
public struct GGUFNumbers: RandomAccessCollection, Sendable {
    private let file: MappedFile
    private let start: Int
    private let type: GGUFType
    private let stride: Int

    /// The count of numbers.
    public let count: Int

    init(file: MappedFile, start: Int, type: GGUFType, stride: Int, count: Int) {
        self.file = file
        self.start = start
        self.type = type
        self.stride = stride
        self.count = count
    }

    /// Where the numbers lie in the file.
    var bytes: Range<Int> { start..<start + count * stride }

    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    /// Number `index`, as `.integer`, `.unsigned`, `.double` or `.bool`.
    public subscript(index: Int) -> GGUFValue {
        precondition(indices.contains(index), "index out of range")
        return GGUFValue(number: type, in: file.bytes, at: start + index * stride)
    }
}

extension GGUFValue {
    /// Reads the number of type `type` at `place`, whose bytes the caller has checked to be there.
    init(number type: GGUFType, in bytes: UnsafeRawBufferPointer, at place: Int) {
        func load<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) -> Value {
            Value(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Value.self))
        }
        switch type {
        case .uint8, .string, .array: self = .integer(Int(load(UInt8.self)))
        case .int8: self = .integer(Int(load(Int8.self)))
        case .uint16: self = .integer(Int(load(UInt16.self)))
        case .int16: self = .integer(Int(load(Int16.self)))
        case .uint32: self = .integer(Int(load(UInt32.self)))
        case .int32: self = .integer(Int(load(Int32.self)))
        case .int64: self = .integer(Int(load(Int64.self)))
        case .uint64:
            let value = load(UInt64.self)
            self = Int(exactly: value).map { .integer($0) } ?? .unsigned(value)
        case .float32: self = .double(Double(Float(bitPattern: load(UInt32.self))))
        case .float64: self = .double(Double(bitPattern: load(UInt64.self)))
        case .bool: self = .bool(load(UInt8.self) != 0)
        }
    }

    /// The kind of value, for errors.
    var kind: String {
        switch self {
        case .integer, .unsigned: "an integer"
        case .double: "a number"
        case .bool: "a truth value"
        case .string: "a string"
        case .strings: "an array of strings"
        case .numbers: "an array of numbers"
        }
    }
}
