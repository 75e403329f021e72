/// A step of a pre-tokenizer, as far as it tells what happens between two characters.
enum SplittingStep: Sendable {
    /// Cuts around the characters that a property holds for.
    case scalars(ScalarProperty, SplitBehavior)
    /// Cuts at the matches of an expression.
    case expression(ExpressionBorders, SplitBehavior)
    /// Cuts at a text of several characters.
    case literal([UInt32])
    /// Runs of word characters and of others.
    case words
    /// Cuts runs of digits into groups: where, only a whole run tells.
    case digitGroups
    /// Makes spaces this character and optionally cuts before it.
    case metaspace(UInt32, splits: Bool)
    /// Nothing is known.
    case opaque

    enum ScalarProperty: Sendable {
        case whiteSpace
        case punctuation
        case numeric
        case equals(UInt32)

        func holds(for scalar: UInt32) -> Bool {
            switch self {
            case .whiteSpace: isWhiteSpace(scalar)
            case .punctuation: CharacterTraits.table[scalar].contains(.punctuation)
            case .numeric: CharacterTable().of(scalar).contains(.numeric)
            case .equals(let other): scalar == other
            }
        }
    }

    /// What is certain between `left` and `right`, which become what the step makes of them.
    func border(_ left: inout UInt32, _ right: inout UInt32) -> SplitBorder {
        switch self {
        case .scalars(let property, let behavior):
            Self.cuts(property.holds(for: left), property.holds(for: right), behavior) ? .cut : .fresh
        case .expression(let borders, let behavior):
            switch borders.border(left, right) {
            // Neighbouring matches that other behaviors join.
            case .cut where behavior != .isolated && behavior != .removed: .fresh
            case let border: border
            }
        case .literal(let scalars): scalars.contains(left) || scalars.contains(right) ? .open : .fresh
        case .words:
            CharacterTable().of(left).intersection([.word, .whitespace])
                != CharacterTable().of(right).intersection([.word, .whitespace]) ? .cut : .fresh
        case .digitGroups: Self.digitGroups(left, right)
        case .metaspace(let replacement, let splits):
            Self.metaspace(&left, &right, replacement, splits)
        case .opaque: .open
        }
    }

    private static func metaspace(
        _ left: inout UInt32, _ right: inout UInt32, _ replacement: UInt32, _ splits: Bool
    ) -> SplitBorder {
        if left == 0x20 { left = replacement }
        if right == 0x20 { right = replacement }
        return splits && cuts(left == replacement, right == replacement, .mergedWithNext) ? .cut : .fresh
    }

    private static func digitGroups(_ left: UInt32, _ right: UInt32) -> SplitBorder {
        let digits = [left, right].count { (0x30...0x39).contains($0) }
        return digits == 2 ? .open : digits == 1 ? .cut : .fresh
    }

    /// Whether a piece ends between characters that are matches, each on its own, or not.
    private static func cuts(_ left: Bool, _ right: Bool, _ behavior: SplitBehavior) -> Bool {
        switch behavior {
        case .isolated, .removed: left || right
        case .contiguous: left != right
        case .mergedWithPrevious: left
        case .mergedWithNext: right
        }
    }
}

extension SplittingStep {
    /// The steps of `preTokenizer`, those that are not understood as `.opaque`.
    static func steps(of preTokenizer: PreTokenizer?) -> [SplittingStep] {
        switch preTokenizer {
        case nil: []
        case .sequence(let several): several.flatMap { steps(of: $0) }
        case .bert: [.scalars(.whiteSpace, .removed), .scalars(.punctuation, .isolated)]
        case .byteLevel(_, let usesExpression, _):
            usesExpression ? [expression(KnownExpressions.gpt2, .isolated)] : []
        case .delimiter(let scalar): [.scalars(.equals(scalar.value), .removed)]
        case .metaspace(let replacement, _, let splits): [.metaspace(replacement.value, splits: splits)]
        case .whitespace: [.words]
        case .whitespaceSplit: [.scalars(.whiteSpace, .removed)]
        case .split(.string(let text), let behavior, let isInverted):
            [literal(text.unicodeScalars.map(\.value), isInverted ? .contiguous : behavior, isInverted)]
        case .split(.expression(let source), .isolated, inverted: false)
        where DigitGrouping.isExpression(source):
            [.digitGroups]
        case .split(.expression(let source), let behavior, let isInverted):
            // Gaps as matches are joined in other places.
            isInverted && behavior != .isolated && behavior != .removed
                ? [.opaque] : [expression(source, behavior)]
        case .punctuation(let behavior): [.scalars(.punctuation, behavior)]
        case .digits(let individually): [.scalars(.numeric, individually ? .isolated : .contiguous)]
        case .unicodeScripts, .fixedLength: [.opaque]
        }
    }

    private static func literal(
        _ scalars: [UInt32], _ behavior: SplitBehavior, _ isInverted: Bool
    ) -> SplittingStep {
        scalars.count == 1 && !isInverted ? .scalars(.equals(scalars[0]), behavior) : .literal(scalars)
    }

    private static func expression(_ source: String, _ behavior: SplitBehavior) -> SplittingStep {
        guard let engine = try? ExpressionEngine(source, dialect: .oniguruma) else { return .opaque }
        return expression(engine, behavior)
    }

    static func expression(_ engine: ExpressionEngine, _ behavior: SplitBehavior) -> SplittingStep {
        guard let borders = ExpressionBorders(engine) else { return .opaque }
        return .expression(borders, behavior)
    }

    /// The steps of a rule, whose automata are there already.
    static func steps(of rule: SplitRule) -> [SplittingStep] {
        rule.stages.map { stage in
            stage.isInverted && stage.behavior != .isolated && stage.behavior != .removed
                ? .opaque : expression(stage.engine, stage.behavior)
        }
    }
}
