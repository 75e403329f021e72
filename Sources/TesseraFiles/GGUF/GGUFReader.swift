internal import TesseraCore

/// Reads the head of a GGUF file from front to back, checking every field against what is left of the file.
struct GGUFReader {
    private let file: MappedFile
    private var cursor: ByteCursor

    init(file: MappedFile) {
        self.file = file
        cursor = ByteCursor(file.bytes)
    }

    /// The first 24 bytes.
    mutating func header() throws(LocatedError) -> (version: Int, tensorCount: Int, metadataCount: Int) {
        guard let magic = cursor.read(UInt32.self) else { throw cut("magic") }
        guard magic == 0x4655_4747 else {
            throw LocatedError(
                file: file.path, field: "magic", problem: "the file does not begin with GGUF",
                remedy: "name a GGUF model file")
        }
        guard let version = cursor.read(UInt32.self) else { throw cut("version") }
        guard version == 2 || version == 3 else {
            let swapped = version.byteSwapped == 2 || version.byteSwapped == 3
            throw LocatedError(
                file: file.path, field: "version",
                problem: swapped ? "the file is big-endian" : "\(version) is not supported, only 2 and 3 are",
                remedy: "convert the model to little-endian GGUF version 3")
        }
        // The least a tensor's description takes: name length, one byte of name, axis count, type, offset.
        let tensorCount = try count("tensor count", limit: GGUFLimits.tensorCount, leastBytes: 25)
        // The least a pair takes: key length, one byte of key, type, one byte of value.
        let metadataCount = try count("metadata count", limit: GGUFLimits.metadataCount, leastBytes: 14)
        return (Int(version), tensorCount, metadataCount)
    }

    /// The key-value pairs.
    mutating func metadata(count: Int) throws(LocatedError) -> GGUFMetadata {
        var keys: [String] = []
        var entries: [ByteKey: GGUFMetadata.Entry] = [:]
        keys.reserveCapacity(count)
        entries.reserveCapacity(count)
        for number in 0..<count {
            let key = try name("metadata key \(number)", limit: GGUFLimits.keyBytes)
            let entry = try value(of: key)
            guard entries.updateValue(entry, forKey: ByteKey(key)) == nil else {
                throw damaged(key, "occurs twice")
            }
            keys.append(key)
        }
        return GGUFMetadata(file: file, keys: keys, entries: entries)
    }

    /// The alignment of tensors: `general.alignment`, or 32.
    func alignment(in metadata: GGUFMetadata) throws(LocatedError) -> Int {
        let key = "general.alignment"
        guard let alignment = try metadata.optionalInteger(key) else { return 32 }
        guard GGUFLimits.alignment.contains(alignment), alignment & (alignment - 1) == 0 else {
            throw damaged(key, "\(alignment) is not a power of two between 8 and 1 MiB")
        }
        return alignment
    }

    /// The tensors, whose bytes are checked to lie inside the file, aligned and apart from each other.
    mutating func tensors(count: Int, alignment: Int) throws(LocatedError) -> [TensorView] {
        var descriptions: [Description] = []
        descriptions.reserveCapacity(count)
        for number in 0..<count { try descriptions.append(description(number)) }
        guard count > 0 else { return [] }

        // The data begins at the next multiple of the alignment; the cursor is below the file's length, so this
        // cannot overflow.
        let dataStart = (cursor.position + alignment - 1) & ~(alignment - 1)
        let dataBytes = UInt64(max(file.bytes.count - dataStart, 0))
        var views: [TensorView] = []
        views.reserveCapacity(count)
        for tensor in descriptions {
            let field = "tensor \(tensor.name)"
            guard tensor.offset % UInt64(alignment) == 0 else {
                throw damaged(
                    field, "offset \(tensor.offset) is not a multiple of the alignment \(alignment)")
            }
            guard tensor.offset <= dataBytes, UInt64(tensor.byteCount) <= dataBytes - tensor.offset else {
                throw damaged(
                    field,
                    "its \(tensor.byteCount) bytes at offset \(tensor.offset) end after the end of the file")
            }
            let start = dataStart + Int(tensor.offset)
            views.append(
                TensorView(
                    name: tensor.name, shape: tensor.shape, format: tensor.format, file: file,
                    range: start..<(start + tensor.byteCount)))
        }
        try refuseOverlap(descriptions)
        return views
    }
}

// MARK: Tensors

extension GGUFReader {
    /// A tensor's entry in the head of the file.
    private struct Description {
        var name: String
        var shape: [Int]
        var format: TensorFormat
        var offset: UInt64
        var byteCount: Int
    }

    private mutating func description(_ number: Int) throws(LocatedError) -> Description {
        let name = try name("name of tensor \(number)", limit: GGUFLimits.tensorNameBytes)
        let field = "tensor \(name)"
        guard let axisCount = cursor.read(UInt32.self) else { throw cut(field) }
        guard axisCount <= GGUFLimits.axisCount else {
            throw damaged(field, "has \(axisCount) axes, at most 4 are allowed")
        }

        var shape: [Int] = []
        var elementCount = 1
        for _ in 0..<axisCount {
            guard let length = cursor.read(UInt64.self) else { throw cut(field) }
            guard let length = Int(exactly: length), length > 0 else {
                throw damaged(field, "has an axis of length \(length)")
            }
            let (product, overflow) = elementCount.multipliedReportingOverflow(by: length)
            guard !overflow else { throw damaged(field, "its shape holds more than 2⁶³ numbers") }
            elementCount = product
            shape.append(length)
        }

        guard let typeNumber = cursor.read(UInt32.self), let offset = cursor.read(UInt64.self) else {
            throw cut(field)
        }
        guard let format = TensorFormat(ggufNumber: typeNumber) else {
            throw LocatedError(
                file: file.path, field: field, problem: "has the unknown type number \(typeNumber)",
                remedy:
                    "the file is damaged or newer than this program; use a file in F16, Q8_0, Q4_0 or Q4_1")
        }
        let rowLength = shape.first ?? 1
        guard rowLength % format.blockSize == 0 else {
            throw damaged(
                field,
                "rows of \(rowLength) numbers are not whole \(format.name) blocks of \(format.blockSize)")
        }
        guard let byteCount = format.byteCount(elementCount: elementCount) else {
            throw damaged(field, "its shape takes more than 2⁶³ bytes")
        }
        shape.reverse()
        return Description(name: name, shape: shape, format: format, offset: offset, byteCount: byteCount)
    }

    private func refuseOverlap(_ descriptions: [Description]) throws(LocatedError) {
        let sorted = descriptions.sorted { $0.offset < $1.offset }
        for (first, second) in zip(sorted, sorted.dropFirst())
        where second.offset - first.offset < UInt64(first.byteCount) {
            throw damaged("tensor \(second.name)", "overlaps tensor \(first.name)")
        }
    }
}

// MARK: Values

extension GGUFReader {
    private mutating func value(of key: String) throws(LocatedError) -> GGUFMetadata.Entry {
        let type = try type(of: key)
        switch type {
        case .string: return .string(try string(key, limit: GGUFLimits.stringBytes))
        case .array: return try array(key)
        default:
            guard let range = cursor.skip(type.size ?? 0) else { throw cut(key) }
            try checkBools(type, range, key)
            return .number(type, at: range.lowerBound)
        }
    }

    private mutating func array(_ key: String) throws(LocatedError) -> GGUFMetadata.Entry {
        let type = try type(of: key)
        guard type != .array else {
            throw damaged(key, "is an array of arrays, which no model uses")
        }
        guard let wanted = cursor.read(UInt64.self) else { throw cut(key) }
        let size = type.size ?? 8
        guard wanted <= UInt64(cursor.remaining / size) else {
            throw damaged(key, "claims \(wanted) elements, more than the rest of the file could hold")
        }
        // A sparse file of any length takes no room on the disk, so its length is no bound on memory.
        guard wanted <= UInt64(GGUFLimits.arrayBytes / size) else {
            throw damaged(
                key, "claims \(wanted) elements, at most \(GGUFLimits.arrayBytes / size) are allowed")
        }
        let count = Int(wanted)
        guard type == .string else {
            guard let range = cursor.skip(count * size) else { throw cut(key) }
            try checkBools(type, range, key)
            return .numbers(
                GGUFNumbers(file: file, start: range.lowerBound, type: type, stride: size, count: count))
        }
        return .strings(try strings(key, count: count))
    }

    /// Walks over the strings of an array and notes where each begins: the one loop here that large files feel.
    private mutating func strings(_ key: String, count: Int) throws(LocatedError) -> GGUFStrings {
        let start = cursor.position
        var walk = cursor
        let offsets = [UInt32](unsafeUninitializedCapacity: count) { offsets, initialized in
            while initialized < count {
                let offset = walk.position - start
                guard offset <= GGUFLimits.arrayBytes, let length = walk.read(UInt64.self),
                    walk.skip(length) != nil
                else { break }
                offsets[initialized] = UInt32(truncatingIfNeeded: offset)
                initialized += 1
            }
        }
        guard offsets.count == count else {
            throw damaged(key, "string \(offsets.count) of \(count) ends after the end of the file")
        }
        cursor = walk
        return GGUFStrings(file: file, start: start, offsets: offsets)
    }

    private mutating func type(of key: String) throws(LocatedError) -> GGUFType {
        guard let number = cursor.read(UInt32.self) else { throw cut(key) }
        guard let type = GGUFType(rawValue: number) else {
            throw damaged(key, "has the unknown value type \(number)")
        }
        return type
    }

    private func checkBools(_ type: GGUFType, _ range: Range<Int>, _ key: String) throws(LocatedError) {
        guard type == .bool, let wrong = file.bytes[range].first(where: { $0 > 1 }) else { return }
        throw damaged(key, "holds the truth value \(wrong), which must be 0 or 1")
    }
}

// MARK: Parts

extension GGUFReader {
    private mutating func count(_ field: String, limit: UInt64, leastBytes: Int) throws(LocatedError) -> Int {
        guard let count = cursor.read(UInt64.self) else { throw cut(field) }
        guard count <= limit, count <= UInt64(cursor.remaining / leastBytes) else {
            throw damaged(field, "\(count) is more than the file could hold")
        }
        return Int(count)
    }

    private mutating func string(_ field: String, limit: UInt64) throws(LocatedError) -> Range<Int> {
        guard let length = cursor.read(UInt64.self) else { throw cut(field) }
        guard length <= limit else {
            throw damaged(field, "claims \(length) bytes, at most \(limit) are allowed")
        }
        guard let range = cursor.skip(length) else { throw cut(field) }
        return range
    }

    private mutating func name(_ field: String, limit: UInt64) throws(LocatedError) -> String {
        let range = try string(field, limit: limit)
        guard !range.isEmpty else { throw damaged(field, "is empty") }
        guard let name = String(validating: file.bytes[range], as: UTF8.self) else {
            throw damaged(field, "is not UTF-8 text")
        }
        return name
    }

    private func cut(_ field: String) -> LocatedError {
        LocatedError(
            file: file.path, field: field, problem: "the file ends here, after \(file.bytes.count) bytes",
            remedy: "the file is cut short; fetch or copy it again")
    }

    private func damaged(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            file: file.path, field: field, problem: problem,
            remedy: "the file is damaged; fetch or convert it again")
    }
}
