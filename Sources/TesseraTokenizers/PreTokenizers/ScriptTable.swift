/// "UnicodeScripts": the script of each code point in Unicode 9.0; that of kana is Han, and the space has none.
struct ScriptTable: Sendable {
    private static let table = CodePointTable(runs: runs)

    private let table = Self.table

    /// Cuts pieces where the script changes, passing over what has none.
    ///
    /// As in the reference, what stands before the first code point with a script is dropped.
    func cut(_ text: UTF8Text, _ old: [Range<Int>], into new: inout [Range<Int>]) {
        for piece in old {
            var start: Int?
            var last: UInt8 = 0
            var position = piece.lowerBound
            while position < piece.upperBound {
                let (scalar, length) = text.scalar(at: position)
                let script = table[scalar]
                if script != 0 {
                    if script != last {
                        if let start { new.append(start..<position) }
                        start = position
                    }
                    last = script
                }
                position += length
            }
            if let start { new.append(start..<position) }
        }
    }
}
