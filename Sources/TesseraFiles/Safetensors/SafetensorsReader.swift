internal import TesseraCore

/// Reads the header of a safetensors file.
struct SafetensorsReader {
    static let headerLimit = 100_000_000
    static let metadataKey = "__metadata__"

    let file: MappedFile

    /// The header, and where it ends in the file.
    func header() throws(LocatedError) -> (object: JSONObject, end: Int) {
        var cursor = ByteCursor(file.bytes)
        guard let length = cursor.read(UInt64.self) else {
            throw damaged("header length", "the file ends here, after \(file.bytes.count) bytes")
        }
        guard length <= Self.headerLimit else {
            throw LocatedError(
                file: file.path, field: "header length",
                problem: "\(length) bytes, at most 100 MB are allowed",
                remedy: "name a safetensors file")
        }
        guard let range = cursor.skip(length) else {
            throw damaged("header length", "\(length) bytes, but only \(cursor.remaining) follow")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range])
        guard bytes.first == UInt8(ascii: "{") else { throw damaged("header", "does not begin with {") }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, file: file.path)
        } catch {
            throw damaged("header, \(error.field ?? "")", error.problem)
        }
        guard case .object(let object) = value else { throw damaged("header", "is not an object") }
        return (object, range.upperBound)
    }

    /// The texts under `__metadata__`.
    func metadata(_ header: JSONObject) throws(LocatedError) -> [(key: String, value: String)] {
        let field = JSONField(header[Self.metadataKey], name: Self.metadataKey, file: file.path)
        guard field.value != nil else { return [] }
        var texts: [(key: String, value: String)] = []
        for (key, value) in try field.object() {
            guard case .string(let text) = value else {
                throw field[key].error("is \(value.kind), expected a string")
            }
            texts.append((key, text))
        }
        return texts
    }

    /// The tensors, checked to fill the file from `dataStart` to its end.
    func tensors(_ header: JSONObject, dataStart: Int) throws(LocatedError) -> [TensorView] {
        let dataBytes = file.bytes.count - dataStart
        var views: [TensorView] = []
        var ranges: [(name: String, range: Range<Int>)] = []
        for (name, value) in header where !name.hasSameBytes(as: Self.metadataKey) {
            let field = JSONField(value, name: "tensor \(name)", file: file.path)
            let format = TensorFormat(safetensorsName: try field["dtype"].string())
            let shape = try shape(field["shape"])
            let range = try range(field["data_offsets"], dataBytes: dataBytes)

            var elementCount = 1
            for length in shape {
                let (product, overflow) = elementCount.multipliedReportingOverflow(by: length)
                guard !overflow else { throw field["shape"].error("holds more than 2⁶³ numbers") }
                elementCount = product
            }
            guard format.bytesPerBlock != nil else {
                throw field["dtype"].error(
                    "\(format.name) is not a known type", remedy: "save the tensor as F32, F16 or BF16")
            }
            guard let byteCount = format.byteCount(elementCount: elementCount), byteCount == range.count
            else {
                throw field["data_offsets"].error(
                    "spans \(range.count) bytes, which is not what shape \(shape) takes in \(format.name)")
            }
            ranges.append((name, range))
            views.append(
                TensorView(
                    name: name, shape: shape, format: format, file: file,
                    range: (dataStart + range.lowerBound)..<(dataStart + range.upperBound)))
        }
        try refuseHoles(&ranges, dataBytes: dataBytes)
        return views
    }

    private func shape(_ field: JSONField) throws(LocatedError) -> [Int] {
        var shape: [Int] = []
        for value in try field.array() {
            guard case .integer(let length) = value, length >= 0 else {
                throw field.error("holds something that is not a length")
            }
            shape.append(length)
        }
        return shape
    }

    private func range(_ field: JSONField, dataBytes: Int) throws(LocatedError) -> Range<Int> {
        let values = try field.array()
        guard values.count == 2, case .integer(let start) = values[0], case .integer(let end) = values[1],
            start >= 0, end >= start
        else { throw field.error("is not a start and an end") }
        guard end <= dataBytes else {
            throw field.error("ends at byte \(end) of the data, of which the file holds \(dataBytes)")
        }
        return start..<end
    }

    private func refuseHoles(_ ranges: inout [(name: String, range: Range<Int>)], dataBytes: Int)
        throws(LocatedError)
    {
        ranges.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var end = 0
        for (name, range) in ranges {
            guard range.lowerBound == end else {
                let problem =
                    range.lowerBound > end ? "leaves a hole before it" : "overlaps the tensor before it"
                throw damaged("tensor \(name).data_offsets", problem)
            }
            end = range.upperBound
        }
        guard end == dataBytes else {
            throw damaged(
                "header", "the tensors end at byte \(end) of the data, the file at byte \(dataBytes)")
        }
    }

    private func damaged(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            file: file.path, field: field, problem: problem,
            remedy: "the file is damaged or no safetensors file; fetch or save it again")
    }
}

extension TensorFormat {
    /// The format that safetensors calls `name`.
    init(safetensorsName name: String) {
        switch name {
        case "F32": self = .float32
        case "F16": self = .float16
        case "BF16": self = .bfloat16
        default: self = .other(name)
        }
    }
}
