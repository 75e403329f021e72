/// The classes of Unicode 17.0 by which text is cut into grapheme clusters (Unicode Standard Annex 29).
enum GraphemeBreak: UInt8, Sendable {
    case other
    case carriageReturn
    case lineFeed
    case control
    /// Extend, with Indic_Conjunct_Break of neither kind.
    case extend
    case zeroWidthJoiner
    case regionalIndicator
    case prepend
    case spacingMark
    case leadingJamo
    case vowelJamo
    case trailingJamo
    case syllableWithoutTrailing
    case syllableWithTrailing
    case pictographic
    case conjunctConsonant
    case conjunctExtend
    case conjunctLinker

    /// All characters' classes.
    static let table = GraphemeBreakTable()
}

/// The class of each code point.
struct GraphemeBreakTable: Sendable {
    private let classes = CodePointTable(runs: GraphemeBreak.runs)

    @inline(__always)
    private func of(_ scalar: UInt32) -> GraphemeBreak { GraphemeBreak(rawValue: classes[scalar]) ?? .other }

    /// The end of the extended grapheme cluster that starts at `start`, which must be below `text.count`.
    func endOfCluster(in text: UTF8Text, from start: Int) -> Int {
        var (scalar, length) = text.scalar(at: start)
        var position = start + length
        var last = of(scalar)
        var state = State(last)
        while position < text.count {
            (scalar, length) = text.scalar(at: position)
            let next = of(scalar)
            guard state.joins(last, next) else { break }
            state.take(next)
            last = next
            position += length
        }
        return position
    }

    /// What must be known beside the two classes at a place.
    private struct State {
        /// A pictographic and extending characters (rule GB11).
        private var isPictographic: Bool
        /// A consonant and what may stand between it and the next (rule GB9c), and whether a linker is there.
        private var isConjunct: Bool
        private var isLinked = false
        /// An odd number of regional indicators (rules GB12 and GB13).
        private var isOddIndicator: Bool

        init(_ first: GraphemeBreak) {
            isPictographic = first == .pictographic
            isConjunct = first == .conjunctConsonant
            isOddIndicator = first == .regionalIndicator
        }

        mutating func take(_ next: GraphemeBreak) {
            isOddIndicator = next == .regionalIndicator && !isOddIndicator
            switch next {
            case .pictographic: isPictographic = true
            case .extend, .conjunctExtend, .conjunctLinker, .zeroWidthJoiner: break
            default: isPictographic = false
            }
            switch next {
            case .conjunctConsonant: (isConjunct, isLinked) = (true, false)
            case .conjunctLinker: isLinked = true
            case .conjunctExtend, .zeroWidthJoiner: break
            default: (isConjunct, isLinked) = (false, false)
            }
        }

        func joins(_ last: GraphemeBreak, _ next: GraphemeBreak) -> Bool {
            switch (last, next) {
            case (.carriageReturn, .lineFeed): true
            case (.carriageReturn, _), (.lineFeed, _), (.control, _): false
            case (_, .carriageReturn), (_, .lineFeed), (_, .control): false
            case (.leadingJamo, .leadingJamo), (.leadingJamo, .vowelJamo): true
            case (.leadingJamo, .syllableWithoutTrailing), (.leadingJamo, .syllableWithTrailing): true
            case (.syllableWithoutTrailing, .vowelJamo), (.syllableWithoutTrailing, .trailingJamo): true
            case (.vowelJamo, .vowelJamo), (.vowelJamo, .trailingJamo): true
            case (.syllableWithTrailing, .trailingJamo), (.trailingJamo, .trailingJamo): true
            case (_, .extend), (_, .conjunctExtend), (_, .conjunctLinker), (_, .zeroWidthJoiner): true
            case (_, .spacingMark), (.prepend, _): true
            case (_, .conjunctConsonant) where isConjunct && isLinked: true
            case (.zeroWidthJoiner, .pictographic): isPictographic
            case (.regionalIndicator, .regionalIndicator): isOddIndicator
            default: false
            }
        }
    }
}
