/// The strings of a metadata array, as bytes inside the mapped file: nothing is copied.
///
/// An element is valid while the collection, or the file it came from, lives. The bytes need not be UTF-8.
public struct GGUFStrings: RandomAccessCollection, Sendable {
    private let file: MappedFile

    /// Where the first string's length stands in the file.
    private let start: Int

    /// For each string, where its length stands, counted from `start`.
    ///
    /// Checked when the file was opened.
    private let offsets: [UInt32]

    init(file: MappedFile, start: Int, offsets: [UInt32]) {
        self.file = file
        self.start = start
        self.offsets = offsets
    }

    /// Where the strings lie in the file, with their lengths.
    var bytes: Range<Int> {
        guard let last = indices.last else { return start..<start }
        return start..<start + Int(offsets[last]) + 8 + self[last].count
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { offsets.count }

    /// The bytes of string `index`.
    public subscript(index: Int) -> UnsafeRawBufferPointer {
        let place = start + Int(offsets[index])
        let bytes = file.bytes
        let length = Int(
            truncatingIfNeeded: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian)
        return UnsafeRawBufferPointer(rebasing: bytes[(place + 8)..<(place + 8 + length)])
    }
}
