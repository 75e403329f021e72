internal import TesseraCore
internal import TesseraFiles

/// The lines of a text file, without the ends of lines.
struct TextLines {
    private let file: MappedFile

    init(_ file: MappedFile) {
        self.file = file
    }

    /// Calls `body` with each line; an end of line at the end of the file begins no further one.
    func forEach(
        _ body: (UnsafeRawBufferPointer) throws(LocatedError) -> Void
    ) throws(LocatedError) {
        let bytes = file.bytes
        var position = 0
        while position < bytes.count {
            let start = position
            while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            var end = position
            if end > start, bytes[end - 1] == 0x0D { end -= 1 }
            try body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            position += 1
        }
        withExtendedLifetime(file) {}
    }
}
