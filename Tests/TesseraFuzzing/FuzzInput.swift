/// What a reader is given: one file, or a few that belong together.
package struct FuzzInput: Hashable, Sendable {
    /// A file by name.
    package struct Part: Hashable, Sendable {
        package var name: String
        package var bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The files; never empty.
    package var parts: [Part]

    package init(parts: [Part]) { self.parts = parts }

    /// The bytes of all files.
    package var byteCount: Int { parts.reduce(0) { $0 + $1.bytes.count } }

    private static let mark = Array("\n=== ".utf8)

    /// One file with all parts: lines `=== NAME` stand in front of each, as in `Tests/FuzzTests/Corpus`.
    package var bundle: [UInt8] {
        var bytes: [UInt8] = []
        for part in parts {
            bytes += Self.mark.dropFirst(bytes.isEmpty ? 1 : 0) + Array(part.name.utf8) + [0x0A] + part.bytes
        }
        return bytes
    }

    /// The parts of `bundle`; what has no line `=== NAME` at its head is one part called `name`.
    package init(bundle: [UInt8], name: String) {
        guard bundle.starts(with: Self.mark.dropFirst()) else {
            self.init(parts: [Part(name: name, bytes: bundle)])
            return
        }
        var parts: [Part] = []
        var place = Self.mark.count - 1
        while place < bundle.count {
            let lineEnd = bundle[place...].firstIndex(of: 0x0A) ?? bundle.count
            let name = String(decoding: bundle[place..<lineEnd], as: UTF8.self)
            let start = min(lineEnd + 1, bundle.count)
            let end = Self.firstMark(in: bundle, from: start)
            parts.append(Part(name: name, bytes: Array(bundle[start..<end])))
            place = end + Self.mark.count
        }
        self.init(parts: parts)
    }

    private static func firstMark(in bytes: [UInt8], from start: Int) -> Int {
        var place = start
        while let found = bytes[place...].firstIndex(of: mark[0]) {
            if bytes[found...].starts(with: mark) { return found }
            place = found + 1
        }
        return bytes.count
    }
}
