/// Changes of GGUF files: the numbers in front of strings and arrays, and the texts between them.
enum GGUFMutations {
    /// Changes a file once.
    static func mutate(_ bytes: inout [UInt8], donor: [UInt8], _ random: inout FuzzRandom) {
        let lengths = random.oneIn(3) ? [] : lengthPlaces(bytes)
        guard !lengths.isEmpty else {
            ByteMutations.mutate(&bytes, donor: donor, &random)
            return
        }
        let place = random.one(of: lengths)
        let old = number(bytes, at: place)
        switch random.below(4) {
        case 0: put(random.one(of: ByteMutations.strangeNumbers), into: &bytes, at: place)
        case 1:
            put(
                UInt64(bitPattern: Int64(bitPattern: old) &+ Int64(random.below(7) - 3)), into: &bytes,
                at: place)
        default:
            // Another text of another length, with its length.
            let end = place + 8 + Int(old)
            var content = Array(bytes[(place + 8)..<end])
            if random.oneIn(4), !lengths.isEmpty {
                let other = random.one(of: lengths)
                content = Array(bytes[(other + 8)..<(other + 8 + Int(number(bytes, at: other)))])
            } else {
                TextMutations.mutate(&content, donor: Array(donor.prefix(64)), &random)
            }
            var length: [UInt8] = Array(repeating: 0, count: 8)
            put(UInt64(content.count), into: &length, at: 0)
            bytes.replaceSubrange(place..<end, with: length + content)
        }
    }

    /// Where a number of eight bytes stands that can be the length of what follows.
    private static func lengthPlaces(_ bytes: [UInt8]) -> [Int] {
        guard bytes.count > 24 else { return [] }
        return (8..<(bytes.count - 8)).filter { place in
            bytes[place + 2] == 0 && bytes[place + 3] == 0 && number(bytes, at: place) > 0
                && number(bytes, at: place) <= UInt64(bytes.count - place - 8)
        }
    }

    private static func number(_ bytes: [UInt8], at place: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }

    private static func put(_ number: UInt64, into bytes: inout [UInt8], at place: Int) {
        for index in 0..<8 { bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index)) }
    }
}
