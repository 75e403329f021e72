package import TesseraCore

/// For each code point the token that it starts as, before any merge.
///
/// With a prefix or suffix this depends on where in the piece it stands. The tables cover all of Unicode; memory that
/// no token touches costs nothing.
package struct CharacterSymbols: Sendable {
    /// One more than the token of a code point at the start of a piece; zero: none.
    private let first: FixedTable<UInt32>
    private let middle: FixedTable<UInt32>
    private let last: FixedTable<UInt32>
    private let only: FixedTable<UInt32>

    /// The prefix and suffix that symbols are spelled with, as bytes.
    let prefix: [UInt8]
    let suffix: [UInt8]

    /// Whether symbols are the same everywhere in a piece.
    var isUniform: Bool { prefix.isEmpty && suffix.isEmpty }

    /// Collects the tokens of `definition` that spell one code point.
    package init(_ definition: BytePairDefinition) {
        let size = Int(PieceBytes.illFormed) + 1
        prefix = Array(definition.continuingPrefix.utf8)
        suffix = Array(definition.endSuffix.utf8)
        first = FixedTable(count: size)
        middle = prefix.isEmpty ? first : FixedTable(count: size)
        only = suffix.isEmpty ? first : FixedTable(count: size)
        last = suffix.isEmpty ? middle : prefix.isEmpty ? only : FixedTable(count: size)
        let vocabulary = definition.vocabulary
        for id in 0..<vocabulary.count {
            guard definition.kinds.isEmpty || definition.kinds[id].isMatched else { continue }
            vocabulary.withSpelling(of: id) { spelling in
                let continues = !prefix.isEmpty && spelling.starts(with: prefix)
                let ends = !suffix.isEmpty && spelling.suffix(suffix.count).elementsEqual(suffix)
                set(first, spelling[...], id)
                if continues { set(middle, spelling.dropFirst(prefix.count), id) }
                if ends { set(only, spelling.dropLast(suffix.count), id) }
                if !prefix.isEmpty, !suffix.isEmpty, continues, ends {
                    set(last, spelling.dropFirst(prefix.count).dropLast(suffix.count), id)
                }
            }
        }
    }

    private func set(_ table: FixedTable<UInt32>, _ spelling: Slice<UnsafeRawBufferPointer>, _ id: Int) {
        guard let scalar = UnsafeRawBufferPointer(rebasing: spelling).onlyScalar else { return }
        table.elements[Int(scalar)] = UInt32(truncatingIfNeeded: id + 1)
    }

    /// The token of `scalar`, at most `PieceBytes.illFormed`, where symbols are uniform or it starts a longer piece.
    @inline(__always)
    subscript(scalar: UInt32) -> TokenID? {
        let entry = first.elements[Int(scalar)]
        return entry == 0 ? nil : entry - 1
    }

    /// The token of `scalar` in its place.
    @inline(__always)
    package func symbol(_ scalar: UInt32, isFirst: Bool, isLast: Bool) -> TokenID? {
        let table = isFirst ? (isLast ? only : first) : (isLast ? last : middle)
        let entry = table.elements[Int(scalar)]
        return entry == 0 ? nil : entry - 1
    }
}
