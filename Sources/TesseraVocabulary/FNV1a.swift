/// The 64-bit sum FNV-1a (Fowler, Noll and Vo): tells contents apart, against mistakes and not against attackers.
struct FNV1a {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    /// Adds the four bytes of `number`, the lowest first.
    mutating func add(_ number: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) { add(UInt8(number >> shift & 255)) }
    }
}
