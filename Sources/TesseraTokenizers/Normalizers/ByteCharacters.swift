/// For each byte, the character that spells it; see `ByteAlphabet`.
struct ByteCharacters: Sendable {
    private let characters: [UInt32]

    init() {
        let alphabet = ByteAlphabet()
        characters = (UInt8.min...UInt8.max).map { byte in
            var spelling: [UInt8] = []
            alphabet.appendSpelling(of: byte, to: &spelling)
            return String(decoding: spelling, as: UTF8.self).unicodeScalars.first?.value ?? 0
        }
    }

    @inline(__always)
    subscript(byte: UInt8) -> UInt32 { characters[Int(byte)] }
}
