public import TesseraCore

/// The key-value pairs at the head of a GGUF file.
public struct GGUFMetadata: Sendable {
    /// The keys, in the order of the file.
    public let keys: [String]

    private let file: MappedFile
    private let entries: [ByteKey: Entry]

    /// Where a value lies in the file.
    enum Entry: Sendable {
        case number(GGUFType, at: Int)
        case string(Range<Int>)
        case strings(GGUFStrings)
        case numbers(GGUFNumbers)
    }

    init(file: MappedFile, keys: [String], entries: [ByteKey: Entry]) {
        self.file = file
        self.keys = keys
        self.entries = entries
    }

    /// The value under `key`; nil when absent.
    public subscript(key: String) -> GGUFValue? {
        switch entries[ByteKey(key)] {
        case nil: nil
        case .number(let type, let place): GGUFValue(number: type, in: file.bytes, at: place)
        case .string(let range): .string(String(decoding: file.bytes[range], as: UTF8.self))
        case .strings(let strings): .strings(strings)
        case .numbers(let numbers): .numbers(numbers)
        }
    }
}

extension GGUFMetadata {
    /// The type and the value under `key` as the file has them, for copying; nil when absent.
    package func encoded(_ key: String) -> UnsafeRawBufferPointer? {
        let range: Range<Int>
        switch entries[ByteKey(key)] {
        case nil: return nil
        case .number(let type, let place): range = place - 4..<place + (type.size ?? 0)
        case .string(let bytes): range = bytes.lowerBound - 12..<bytes.upperBound
        case .strings(let strings): range = strings.bytes.lowerBound - 16..<strings.bytes.upperBound
        case .numbers(let numbers): range = numbers.bytes.lowerBound - 16..<numbers.bytes.upperBound
        }
        return UnsafeRawBufferPointer(rebasing: file.bytes[range])
    }
}

// MARK: Values that must be there

extension GGUFMetadata {
    /// The string under `key`.
    ///
    /// - Throws: `LocatedError` when it is absent, of another type or not UTF-8.
    public func string(_ key: String) throws(LocatedError) -> String {
        try required(key, optionalString(key))
    }

    /// The whole number under `key`, whatever its width.
    ///
    /// - Throws: `LocatedError` when it is absent, of another type or does not fit `Int`.
    public func integer(_ key: String) throws(LocatedError) -> Int {
        try required(key, optionalInteger(key))
    }

    /// The number under `key`; whole numbers count too.
    ///
    /// - Throws: `LocatedError` when it is absent or of another type.
    public func double(_ key: String) throws(LocatedError) -> Double {
        try required(key, optionalDouble(key))
    }

    /// The truth value under `key`.
    ///
    /// - Throws: `LocatedError` when it is absent or of another type.
    public func bool(_ key: String) throws(LocatedError) -> Bool {
        try required(key, optionalBool(key))
    }

    /// The array of strings under `key`, without copying it.
    ///
    /// - Throws: `LocatedError` when it is absent or of another type.
    public func strings(_ key: String) throws(LocatedError) -> GGUFStrings {
        try required(key, optionalStrings(key))
    }

    /// The array of whole numbers under `key`, copied.
    ///
    /// - Throws: `LocatedError` when it is absent, of another type or holds a number that does not fit `Int`.
    public func integers(_ key: String) throws(LocatedError) -> [Int] {
        try required(key, optionalIntegers(key))
    }

    /// The array of numbers under `key`, copied; whole numbers count too.
    ///
    /// - Throws: `LocatedError` when it is absent or of another type.
    public func doubles(_ key: String) throws(LocatedError) -> [Double] {
        try required(key, optionalDoubles(key))
    }

    private func required<Value>(_ key: String, _ value: Value?) throws(LocatedError) -> Value {
        guard let value else {
            throw LocatedError(
                file: file.path, field: key, problem: "missing",
                remedy: "the file was written without it; convert the model again or use another file")
        }
        return value
    }
}

// MARK: Values that may be absent

extension GGUFMetadata {
    /// The string under `key`; nil when absent.
    ///
    /// - Throws: `LocatedError` when it is of another type or not UTF-8.
    public func optionalString(_ key: String) throws(LocatedError) -> String? {
        guard let entry = entries[ByteKey(key)] else { return nil }
        guard case .string(let range) = entry else { throw wrongType(key, "a string") }
        guard let text = String(validating: file.bytes[range], as: UTF8.self) else {
            throw LocatedError(
                file: file.path, field: key, problem: "is not UTF-8 text",
                remedy: "the file is damaged; fetch or convert it again")
        }
        return text
    }

    /// The whole number under `key`; nil when absent.
    ///
    /// - Throws: `LocatedError` when it is of another type or does not fit `Int`.
    public func optionalInteger(_ key: String) throws(LocatedError) -> Int? {
        switch self[key] {
        case nil: nil
        case .integer(let value): value
        case .unsigned(let value): throw outOfRange(key, value)
        default: throw wrongType(key, "an integer")
        }
    }

    /// The number under `key`, whole or not; nil when absent.
    ///
    /// - Throws: `LocatedError` when it is of another type.
    public func optionalDouble(_ key: String) throws(LocatedError) -> Double? {
        switch self[key] {
        case nil: nil
        case .double(let value): value
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        default: throw wrongType(key, "a number")
        }
    }

    /// The truth value under `key`; nil when absent.
    ///
    /// - Throws: `LocatedError` when it is of another type.
    public func optionalBool(_ key: String) throws(LocatedError) -> Bool? {
        switch self[key] {
        case nil: nil
        case .bool(let value): value
        default: throw wrongType(key, "a truth value")
        }
    }

    /// The array of strings under `key`, without copying it; nil when absent.
    ///
    /// - Throws: `LocatedError` when it is of another type.
    public func optionalStrings(_ key: String) throws(LocatedError) -> GGUFStrings? {
        switch entries[ByteKey(key)] {
        case nil: return nil
        case .strings(let strings): return strings
        case .numbers(let numbers) where numbers.isEmpty:
            return GGUFStrings(file: file, start: 0, offsets: [])
        default: throw wrongType(key, "an array of strings")
        }
    }

    /// The array of whole numbers under `key`, copied; nil when absent.
    ///
    /// - Throws: `LocatedError` when it is of another type or holds a number that does not fit `Int`.
    public func optionalIntegers(_ key: String) throws(LocatedError) -> [Int]? {
        guard let numbers = try optionalNumbers(key, "an array of integers") else { return nil }
        var values: [Int] = []
        values.reserveCapacity(numbers.count)
        for number in numbers {
            switch number {
            case .integer(let value): values.append(value)
            case .unsigned(let value): throw outOfRange(key, value)
            default: throw wrongType(key, "an array of integers")
            }
        }
        return values
    }

    /// The array of numbers under `key`, copied; nil when absent.
    ///
    /// - Throws: `LocatedError` when it is of another type.
    public func optionalDoubles(_ key: String) throws(LocatedError) -> [Double]? {
        guard let numbers = try optionalNumbers(key, "an array of numbers") else { return nil }
        var values: [Double] = []
        values.reserveCapacity(numbers.count)
        for number in numbers {
            switch number {
            case .double(let value): values.append(value)
            case .integer(let value): values.append(Double(value))
            case .unsigned(let value): values.append(Double(value))
            default: throw wrongType(key, "an array of numbers")
            }
        }
        return values
    }

    private func optionalNumbers(_ key: String, _ expected: String) throws(LocatedError) -> GGUFNumbers? {
        switch entries[ByteKey(key)] {
        case nil: return nil
        case .numbers(let numbers): return numbers
        case .strings(let strings) where strings.isEmpty:
            return GGUFNumbers(file: file, start: 0, type: .uint8, stride: 1, count: 0)
        default: throw wrongType(key, expected)
        }
    }

    private func wrongType(_ key: String, _ expected: String) -> LocatedError {
        LocatedError(
            file: file.path, field: key, problem: "is \(self[key]?.kind ?? "absent"), expected \(expected)",
            remedy: "the file is damaged or of another make; fetch or convert it again")
    }

    private func outOfRange(_ key: String, _ value: UInt64) -> LocatedError {
        LocatedError(
            file: file.path, field: key, problem: "\(value) does not fit 63 bits",
            remedy: "the file is damaged; fetch or convert it again")
    }
}
