package import TesseraCore

/// How text is cut into the pieces inside which tokens are merged: expressions, each applied inside the pieces that
/// the one before left.
///
/// Compiled from a `PreTokenizer` that consists of `Split`, `Digits` and `ByteLevel`. Copies share their tables.
public struct SplitRule: Sendable {
    /// The parts of `tokenizer.json` that cut as this rule does.
    public let preTokenizer: PreTokenizer

    /// The name of the rule: in GGUF files that of `tokenizer.ggml.pre`.
    public let name: String

    let stages: [SplitStage]
    /// What cuts the text where there is one stage that allows it.
    private let lanes: LaneCutter?
    /// What cuts most of an ASCII text where the expression is one that it knows.
    private let bits: BitCutter?

    /// The rule that cuts as `preTokenizer` does; nil when that needs the general path.
    ///
    /// - Throws: `LocatedError` for an expression that cannot be read.
    package init?(compiling preTokenizer: PreTokenizer?, name: String = "custom") throws(LocatedError) {
        guard let preTokenizer else { return nil }
        var steps: [PreTokenizer] = [preTokenizer]
        if case .sequence(let several) = preTokenizer { steps = several }
        guard case .byteLevel(addsPrefixSpace: false, let usesExpression, _)? = steps.popLast() else {
            return nil
        }
        var stages: [SplitStage] = []
        for step in steps {
            guard let stage = try Self.stage(step) else { return nil }
            stages.append(stage)
        }
        if usesExpression {
            stages.append(
                SplitStage(try ExpressionEngine(KnownExpressions.gpt2, dialect: .oniguruma), .isolated))
        }
        self.preTokenizer = preTokenizer
        self.name = name
        self.stages = stages
        let isSimple = stages.count == 1 && stages[0].behavior == .isolated
        lanes = isSimple ? LaneCutter(stages[0].engine) : nil
        if isSimple, case .split(.expression(let source), _, inverted: false)? = steps.first {
            bits = BitCutter(source)
        } else {
            bits = nil
        }
    }

    /// The stage of one part; nil for parts that are not cut by an expression.
    private static func stage(_ step: PreTokenizer) throws(LocatedError) -> SplitStage? {
        switch step {
        case .split(.expression(let source), let behavior, let isInverted):
            return SplitStage(
                try ExpressionEngine(source, dialect: .oniguruma), behavior, isInverted: isInverted)
        case .split(.string(let text), let behavior, let isInverted):
            guard !text.isEmpty else { return nil }
            let literal = text.unicodeScalars.map { ExpressionNode.set(CodePointSet($0.value)) }
            return SplitStage(try ExpressionEngine(.sequence(literal)), behavior, isInverted: isInverted)
        case .digits(let individually):
            return SplitStage(
                try ExpressionEngine(.set(UnicodeProperty.numeric17)), individually ? .isolated : .contiguous)
        default: return nil
        }
    }

    /// A rule that leaves a text whole.
    private init(whole preTokenizer: PreTokenizer, name: String) {
        self.preTokenizer = preTokenizer
        self.name = name
        stages = []
        lanes = nil
        bits = nil
    }

    /// A rule under another name.
    init(_ rule: SplitRule, name: String) {
        preTokenizer = rule.preTokenizer
        stages = rule.stages
        lanes = rule.lanes
        bits = rule.bits
        self.name = name
    }

    /// The rule of a pre-tokenizer that is known to be right.
    init(known preTokenizer: PreTokenizer, name: String) {
        let compiled = Result { () throws(LocatedError) in try SplitRule(compiling: preTokenizer, name: name)
        }
        switch compiled {
        case .success(let rule?): self = rule
        case .success(nil), .failure: self.init(whole: preTokenizer, name: name)
        }
    }
}

extension SplitRule {
    /// Calls `body` with every piece of `range` of `text`, in order.
    @inline(__always)
    func forEachPiece(of text: UTF8Text, in range: Range<Int>, _ body: (Range<Int>) -> Void) {
        guard stages.count == 1, stages[0].behavior == .isolated else {
            let pipeline = StagePipeline(stages, text)
            pipeline.forEachPiece(in: range, body)
            return pipeline.finish()
        }
        stages[0].engine.forEachPiece(of: text, in: range) { piece, _ in if !piece.isEmpty { body(piece) } }
    }

    /// Calls `body` with the pieces of `range` of `text`, in order, many at a time.
    ///
    /// - Parameters:
    ///   - memory: where the places are written.
    ///   - body: gets the places where the pieces begin, then the one where the last ends; and the number of pieces.
    @inline(__always)
    func forEachBlock(
        of text: UTF8Text, in range: Range<Int>, _ memory: PieceMemory,
        _ body: (_ places: UnsafePointer<Int>, _ count: Int) -> Void
    ) {
        var filling = PlaceFilling(memory, from: range.lowerBound)
        if let lanes, let bits {
            filling.cut(text, range, bits, lanes, body)
        } else if let lanes {
            lanes.forEachCuts(of: text, in: range, room: memory.cuts) { cuts, count, firstPlainCut in
                filling.append(cuts, count, of: text, firstPlainCut, body)
            }
        } else {
            forEachPiece(of: text, in: range) { filling.append($0, body) }
        }
        filling.finish(body)
    }

    /// The pieces of `text`, joined its whole unless the rule drops some; for tests.
    ///
    /// - Parameter inBlocks: whether `forEachBlock` cuts, not `forEachPiece`.
    package func pieces(of text: String, inBlocks: Bool = false) -> [String] {
        var text = text
        return text.withUTF8 { bytes in
            withValidUTF8(bytes) { valid in
                var pieces: [String] = []
                let range = 0..<valid.count
                func append(_ piece: Range<Int>) {
                    pieces.append(String(decoding: valid.bytes(piece), as: UTF8.self))
                }
                guard inBlocks else {
                    forEachPiece(of: valid, in: range, append)
                    return pieces
                }
                forEachBlock(of: valid, in: range, PieceMemory()) { places, count in
                    for index in 0..<count { append(places[index]..<places[index + 1]) }
                }
                return pieces
            }
        }
    }
}

extension SplitRule: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.preTokenizer == right.preTokenizer && left.name == right.name
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(preTokenizer)
        hasher.combine(name)
    }
}
