import TesseraCore
import Testing

@Suite("UTF-8 validation")
struct UTF8ValidationTests {
    @Test(
        "the offset is that of the ill-formed sequence",
        arguments: [
            ([], nil), ([0x41], nil), ([0xC3, 0xA9], nil), ([0xF0, 0x9F, 0x98, 0x80], nil),
            ([0x41, 0x80], 1), ([0xC3], 0), ([0x41, 0xE2, 0x82], 1), ([0xC0, 0x80], 0),
            ([0xE0, 0x9F, 0xBF], 0),
            ([0xED, 0xA0, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF0, 0x8F, 0xBF, 0xBF], 0),
            ([0xFF], 0),
            ([0xF5, 0x80, 0x80, 0x80], 0), (Array(repeating: 0x61, count: 1_000) + [0xFE, 0x61], 1_000),
        ] as [([UInt8], Int?)]
    )
    func offsets(bytes: [UInt8], expected: Int?) {
        #expect(firstInvalidUTF8Offset(in: bytes) == expected)
    }

    @Test("it agrees with the standard library on every scalar and on random bytes")
    func agreesWithStandardLibrary() {
        var all: [UInt8] = []
        for value in UInt32(0)...0x10FFFF {
            if let scalar = Unicode.Scalar(value) { all += UTF8.encode(scalar)! }
        }
        #expect(firstInvalidUTF8Offset(in: all) == nil)

        // Lead bytes and their neighbours, so that most sequences are nearly right.
        let alphabet: [UInt8] = [
            0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0,
            0xF3,
            0xF4, 0xF5,
        ]
        let random = CounterRandom(seed: 8)
        var validCount = 0
        for round in 0..<60_000 {
            let length = Int(random.bits(at: round) % 7)
            let bytes = (0..<length).map { index in
                alphabet[Int(random.bits(at: round, stream: UInt64(index + 1)) % UInt64(alphabet.count))]
            }
            let offset = firstInvalidUTF8Offset(in: bytes)
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            validCount += isValid ? 1 : 0
            #expect((offset == nil) == isValid, "\(bytes)")
            if let offset {
                #expect(String(validating: bytes[..<offset], as: UTF8.self) != nil, "\(bytes)")
            }
        }
        #expect(validCount > 5_000)
    }

    @Test("the error names the place and a remedy")
    func error() {
        let error = LocatedError.invalidUTF8(file: "standard input", offset: 12)
        #expect(error.description.hasPrefix("standard input: byte 12 is not valid UTF-8; "))
    }
}
