package import TesseraCore
internal import TesseraFiles

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension CorpusBlock {
    /// Calls `body` with every text of the block, in order.
    ///
    /// - Throws: `LocatedError` naming the file and the line of a text that cannot be read.
    package func forEachText(
        of corpus: Corpus, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) throws(LocatedError) {
        let file = corpus.files[self.file]
        if corpus.holdsJSONLines(file) {
            try forEachJSONText(file: file, field: corpus.field, body)
        } else if corpus.unit == .file {
            bytes.withUnsafeBufferPointer(body)
        } else {
            forEachLine { line, _ in
                var rest = line
                while rest.count > CorpusReader.longestLine {
                    let end = codePointStart(in: rest, before: CorpusReader.longestLine)
                    body(UnsafeBufferPointer(rebasing: rest[..<end]))
                    rest = UnsafeBufferPointer(rebasing: rest[end...])
                }
                body(rest)
            }
        }
    }

    /// Calls `body` with every line, its end included, and its number.
    private func forEachLine(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var start = 0
            var number = firstLine
            while start < bytes.count {
                let found = memchr(base + start, 0x0A, bytes.count - start)
                let end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) + 1 } ?? bytes.count
                body(UnsafeBufferPointer(rebasing: bytes[start..<end]), number)
                start = end
                number += 1
            }
        }
    }

    private func forEachJSONText(
        file: String, field: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) throws(LocatedError) {
        var failure: LocatedError?
        forEachLine { line, number in
            guard failure == nil, line.contains(where: { $0 > 0x20 }) else { return }
            do throws(LocatedError) {
                let name = file == "-" ? "standard input" : file
                var text = try jsonText(line, field: field, file: name, line: number)
                text.withUTF8(body)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    private func jsonText(
        _ line: UnsafeBufferPointer<UInt8>, field: String, file: String, line number: Int
    ) throws(LocatedError) -> String {
        let value: JSONValue
        do throws(LocatedError) {
            value = try JSONValue(parsing: UnsafeRawBufferPointer(line))
        } catch {
            throw LocatedError(
                file: file, field: "line \(number)", problem: error.problem,
                remedy: error.remedy ?? "write one JSON object on each line")
        }
        guard case .string(let text)? = value[field] else {
            let found = value[field].map { "is \($0.kind)" } ?? "is missing"
            throw LocatedError(
                file: file, field: "line \(number): \(field)", problem: "\(found), not a string",
                remedy: "name the member that holds the text with --field")
        }
        return text
    }
}
