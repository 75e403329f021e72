internal import TesseraFiles

/// Changes of Protocol Buffers that keep lengths right, mostly.
enum ProtobufMutations {
    /// Changes a message once; false when it is none.
    static func mutate(_ bytes: inout [UInt8], donor: [UInt8], _ random: inout FuzzRandom) -> Bool {
        guard var fields = fields(of: bytes), !fields.isEmpty else { return false }
        let others = Self.fields(of: donor) ?? fields
        let place = random.below(fields.count)
        switch random.below(8) {
        case 0: fields.remove(at: place)
        case 1: fields.swapAt(place, random.below(fields.count))
        case 2: fields.insert(random.one(of: others.isEmpty ? fields : others), at: place)
        case 3: fields += Array(repeating: fields[place], count: random.oneIn(10) ? 2000 : random.below(20))
        default: fields[place] = changed(fields[place], &random)
        }
        bytes = Array(fields.joined())
        return true
    }

    /// The fields of a message as their bytes; nil when it is none.
    private static func fields(of bytes: [UInt8]) -> [[UInt8]]? {
        bytes.withUnsafeBytes { raw in
            var reader = ProtobufReader(raw, name: "message")
            var fields: [[UInt8]] = []
            do {
                while let field = try reader.next() { fields.append(Array(bytes[field.range])) }
            } catch {
                return nil
            }
            return fields
        }
    }

    /// Another value for a field: messages and texts are changed inside.
    private static func changed(_ field: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
        let value = field.withUnsafeBytes { raw -> ProtobufField? in
            var reader = ProtobufReader(raw, name: "field")
            return try? reader.next()
        }
        guard let value else { return field }
        var writer = ProtobufWriter()
        let number = random.oneIn(6) ? 1 + random.below(50) : value.number
        switch value.value {
        case .varint(let old):
            let new =
                random.oneIn(2) ? random.one(of: ByteMutations.strangeNumbers) : old ^ UInt64(random.below(8))
            writer.append(varint: new, field: number)
        case .fixed32(let bits):
            let odd: [Float] = [
                0, -0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -1,
            ]
            writer.append(
                float: random.oneIn(2) ? random.one(of: odd) : Float(bitPattern: bits) + 1, field: number)
        case .bytes(let range):
            var content = Array(field[range])
            if random.oneIn(3) || !mutate(&content, donor: content, &random) {
                TextMutations.mutate(&content, donor: content, &random)
            }
            writer.append(bytes: content, field: number)
        case .fixed64, .group:
            var bytes = field
            ByteMutations.mutate(&bytes, donor: [], &random)
            return bytes
        }
        return writer.bytes
    }
}
