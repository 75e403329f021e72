public import TesseraCore

/// Text from a file or from standard input part by part, checked to be UTF-8: for texts larger than memory.
public struct InputParts: ~Copyable {
    /// Where it comes from, for messages.
    public let name: String
    /// The bytes handed out so far.
    public private(set) var byteCount = 0

    private let descriptor: Int32
    private let closes: Bool
    /// The start of a character whose end has not come yet.
    private var rest: [UInt8] = []
    private var isAtEnd = false

    private static let partSize = 1 << 20

    /// Opens `path`, or standard input for `-`.
    ///
    /// - Throws: `LocatedError` when it cannot be opened.
    public init(path: String) throws(LocatedError) {
        name = path == "-" ? "standard input" : path
        closes = path != "-"
        do throws(SystemError) {
            descriptor = path == "-" ? 0 : try openForReading(path)
        } catch {
            throw LocatedError(
                file: path, problem: "cannot read: \(error.text)",
                remedy: "name a file that can be read, or - for standard input")
        }
    }

    deinit {
        if closes { closeDescriptor(descriptor) }
    }

    /// The next part, of whole characters; nil at the end.
    ///
    /// What a program or a person types comes as it is typed.
    ///
    /// - Throws: `LocatedError` when reading fails or the text is not UTF-8, with the offset of the first bad byte;
    ///   `CancelledError` when `cancellation` is raised.
    public mutating func next(cancellation: Cancellation = Interruption.cancellation) throws -> [UInt8]? {
        while !isAtEnd {
            try cancellation.check()
            var part = rest
            do throws(SystemError) {
                isAtEnd = try readSome(Self.partSize, from: descriptor, into: &part) == 0
            } catch  where error.isInterruption {
                continue
            } catch {
                throw LocatedError(
                    file: name, problem: "cannot read: \(error.text)", remedy: "name a file that can be read")
            }
            rest = []
            if let bad = firstInvalidUTF8Offset(in: part) {
                // The last three bytes may be the start of a character.
                guard !isAtEnd, part.count - bad < 4, Self.isStart(part[bad...]) else {
                    throw LocatedError.invalidUTF8(file: name, offset: byteCount + bad)
                }
                rest = Array(part[bad...])
                part.removeSubrange(bad...)
            }
            byteCount += part.count
            if !part.isEmpty { return part }
        }
        return nil
    }

    /// Whether more bytes can make a character of these.
    private static func isStart(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let lead = bytes.first, (0xC2...0xF4).contains(lead) else { return false }
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        return bytes.count < length && bytes.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
    }
}
