/// The 64-bit sum FNV-1a (Fowler, Noll and Vo): tells contents apart, against mistakes and not against attackers.
package struct FNV1a {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    package mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    /// Adds the four bytes of `number`, the lowest first.
    package mutating func add(_ number: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) { add(UInt8(number >> shift & 255)) }
    }
}
