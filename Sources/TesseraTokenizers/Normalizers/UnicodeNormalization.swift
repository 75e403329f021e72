/// The normalization forms (Unicode Standard Annex 15), with the origins that the reference gives.
///
/// Text that is in its form already is only looked at. Elsewhere only the stretches from one starter to the next are
/// decomposed, ordered and composed again.
struct UnicodeNormalization: Sendable {
    private let data = NormalizationData.shared
    private let composes: Bool
    private let isCompatible: Bool
    /// What keeps a code point from staying as it is.
    private let obstacle: NormalizationData.Flags

    init(_ form: UnicodeForm) {
        composes = form == .canonicalComposed || form == .compatibleComposed
        isCompatible = form == .compatibleComposed || form == .compatibleDecomposed
        obstacle =
            switch form {
            case .canonicalComposed: .changesComposed
            case .canonicalDecomposed: .decomposes
            case .compatibleComposed: .changesComposedCompatibly
            case .compatibleDecomposed: .decomposesCompatibly
            }
    }

    /// Whether `text` is in the form already, by a check that never errs to that side.
    func leavesUnchanged(_ text: UTF8Text) -> Bool { firstObstacle(in: text, from: 0) == nil }

    func apply(to text: inout AlignedText) {
        guard text.withText({ firstObstacle(in: $0, from: 0) }) != nil else { return }
        text.rewrite { source, rewriter in
            var stretch = NormalizationStretch()
            var position = 0
            while let start = firstObstacle(in: source, from: position) {
                rewriter.copyNext(to: start)
                position = start
                // The starter in front, then all up to the next that nothing can change.
                stretch.removeAll()
                repeat {
                    let (scalar, length) = source.scalar(at: position)
                    var change = 0
                    data.decompose(scalar, compatibly: isCompatible) { part in
                        stretch.append(part, class: data.combiningClass(of: part), change: change)
                        change = 1
                    }
                    position += length
                } while position < source.count && !isInert(source.scalar(at: position).value)
                stretch.order()
                if composes { stretch.compose(data) }
                for item in stretch.items { rewriter.emit(item.scalar, change: item.change) }
            }
            rewriter.copyNext(to: source.count)
        }
    }

    @inline(__always)
    private func isInert(_ scalar: UInt32) -> Bool {
        scalar < 0x80 || data.flags(of: scalar).isDisjoint(with: obstacle.union(.nonstarter))
    }

    /// The last starter before the first code point that may change, or that code point when there is none.
    private func firstObstacle(in text: UTF8Text, from start: Int) -> Int? {
        var position = start
        var starter = start
        var lastClass: UInt8 = 0
        while position < text.count {
            if text.isASCII(eightBytesAt: position) {
                position += 8
                lastClass = 0
                starter = position - 1
                continue
            }
            let (scalar, length) = text.scalar(at: position)
            let flags = scalar < 0x80 ? [] : data.flags(of: scalar)
            if !flags.isDisjoint(with: obstacle) { return starter }
            if flags.contains(.nonstarter) {
                let combiningClass = data.combiningClass(of: scalar)
                if combiningClass < lastClass { return starter }
                lastClass = combiningClass
            } else {
                lastClass = 0
                starter = position
            }
            position += length
        }
        return nil
    }
}
