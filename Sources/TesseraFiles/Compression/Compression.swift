package import TesseraCore

/// How the bytes of a file are packed, told from its first bytes.
package enum Compression: String, Hashable, Sendable, CaseIterable {
    case gzip
    case zstandard
    case bzip2
    case xz
    case lz4
    case zip

    /// The most bytes that are needed to tell.
    package static let longestMark = 6

    /// The bytes that such a file begins with.
    private var mark: [UInt8] {
        switch self {
        case .gzip: [0x1F, 0x8B]
        case .zstandard: [0x28, 0xB5, 0x2F, 0xFD]
        case .bzip2: [0x42, 0x5A, 0x68]
        case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
        case .lz4: [0x04, 0x22, 0x4D, 0x18]
        case .zip: [0x50, 0x4B, 0x03, 0x04]
        }
    }

    /// The compression of a file that begins with `head`; nil for plain bytes.
    ///
    /// A bzip2 file has a digit after its mark and then a number that text hardly holds, which is looked at too.
    package init?(head: some Collection<UInt8>) {
        guard let found = Self.allCases.first(where: { head.starts(with: $0.mark) }) else { return nil }
        if found == .bzip2 {
            let rest = Array(head.dropFirst(3).prefix(3))
            guard rest.count == 3, (0x31...0x39).contains(rest[0]), rest[1] == 0x31, rest[2] == 0x41 else {
                return nil
            }
        }
        self = found
    }

    /// Why a file with this compression cannot be read; nil when it can.
    package func objection(file: String) -> LocatedError? {
        let command: String
        switch self {
        case .gzip: return nil
        case .zstandard: command = "zstd -d"
        case .bzip2: command = "bunzip2 -k"
        case .xz: command = "unxz -k"
        case .lz4: command = "lz4 -d"
        case .zip: command = "unzip"
        }
        return LocatedError(
            file: file, problem: "is compressed with \(rawValue), and only gzip can be read",
            remedy: "decompress it first: \(command) \(file)")
    }
}
