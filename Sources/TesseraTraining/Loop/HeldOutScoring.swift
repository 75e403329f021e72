public import TesseraArchitectures
public import TesseraCore
public import TesseraTensor

/// How well a network predicts held-out texts.
public struct HeldOutScore: Hashable, Sendable {
    /// The sum of −log p(token | tokens before it), in nats.
    public var nats = 0.0
    /// The tokens scored.
    public var tokenCount = 0
    /// Their bytes.
    public var byteCount = 0

    /// The bits that a byte of text takes.
    public var bitsPerByte: Double { nats / (0.693_147_180_559_945_4 * Double(max(1, byteCount))) }

    /// The mean over tokens, in nats.
    public var loss: Double { nats / Double(max(1, tokenCount)) }
}

/// Scores held-out texts under a network in 32-bit numbers, every token once.
///
/// A text that does not fit a window is read in overlapping ones, and each token is scored in the first window that holds
/// it, with all the tokens that this window has before it: the same windows as `tessera evaluate` has. The first token of
/// a text is predicted from `contextOfFirst`; without one it is left out, its bytes with it.
public struct HeldOutScoring: Sendable {
    private let texts: [HeldOutText]
    private let contextOfFirst: TokenID?
    private let window: Int
    private let stride: Int
    private let device: Device

    /// Prepares to score texts.
    ///
    /// - Parameters:
    ///   - window: the tokens of a window, the last of which is only predicted; 2 or more.
    ///   - stride: the tokens from one window to the next; half a window when left out.
    /// - Throws: `LocatedError` for a window or a stride out of range.
    public init(
        _ texts: [HeldOutText], contextOfFirst: TokenID?, window: Int, stride: Int? = nil,
        device: Device = .cpu
    ) throws(LocatedError) {
        let stride = stride ?? max(1, window / 2)
        guard window >= 2, (1..<window).contains(stride) else {
            throw LocatedError(
                field: "window", problem: "\(window) tokens with a stride of \(stride) cannot be scored",
                remedy: "give a window of 2 or more and a stride below it")
        }
        self.texts = texts
        self.contextOfFirst = contextOfFirst
        self.window = window
        self.stride = stride
        self.device = device
    }

    /// A stretch of a text that the network reads, and the first place of it that is scored.
    package struct Window: Hashable {
        package var tokens: Range<Int>
        package var firstScored: Int
    }

    /// The windows over `count` tokens, the first of which is not scored.
    package static func windows(over count: Int, window: Int, stride: Int) -> [Window] {
        var windows: [Window] = []
        var scored = 1
        while scored < count {
            let end = min(scored == 1 ? window : scored + stride, count)
            windows.append(Window(tokens: max(0, end - window)..<end, firstScored: scored))
            scored = end
        }
        return windows
    }

    /// Scores the texts.
    ///
    /// - Throws: `LocatedError` when a score is no finite number; `CancelledError` when stopped.
    public func score(
        _ network: some CausalNetwork, cancellation: Cancellation = Cancellation(),
        progress: Progress = .ignored
    ) throws -> HeldOutScore {
        var score = HeldOutScore()
        let total = texts.reduce(0) { $0 + $1.tokens.count }
        // Rows of logits are large: as many windows at a time as give some 16 MB.
        let atOnce = max(1, 4_000_000 / max(1, network.vocabularySize) / window)
        for text in texts {
            let tokens = (contextOfFirst.map { [$0] } ?? []) + text.tokens
            let windows = Self.windows(over: tokens.count, window: window, stride: stride)
            for begin in Swift.stride(from: 0, to: windows.count, by: atOnce) {
                try cancellation.check()
                let batch = windows[begin..<min(begin + atOnce, windows.count)]
                score.nats += try nats(Array(batch), of: tokens, network)
                progress.report(
                    "measuring", score.tokenCount + batch[begin].firstScored, of: total, unit: "tokens")
            }
            guard !windows.isEmpty else { continue }
            score.tokenCount += tokens.count - 1
            score.byteCount += text.byteCount - (contextOfFirst == nil ? text.firstTokenByteCount : 0)
        }
        guard score.nats.isFinite else {
            throw LocatedError(
                field: "held-out text", problem: "the network's scores are no finite numbers",
                remedy: "go back to an earlier checkpoint with a lower rate")
        }
        return score
    }

    private func nats(
        _ windows: [Window], of tokens: [TokenID], _ network: some CausalNetwork
    ) throws(LocatedError) -> Double {
        let time = (windows.map(\.tokens.count).max() ?? 2) - 1
        var inputs: [TokenID] = []
        var targets: [Int] = []
        for window in windows {
            // A shorter window is filled up behind its end, where nothing that counts sees it.
            for offset in 0..<time {
                let place = window.tokens.lowerBound + offset
                let isInside = place + 1 < window.tokens.upperBound
                inputs.append(isInside ? tokens[place] : tokens[window.tokens.lowerBound])
                let counts = isInside && place + 1 >= window.firstScored
                targets.append(counts ? Int(tokens[place + 1]) : ignoredTarget)
            }
        }
        return try withoutGradients { () throws(LocatedError) in
            let logits = try network.logits(
                of: Tensor(inputs, shape: [windows.count, time], device: device))
            let rows = try crossEntropyRows(
                logits.reshaped(-1, network.vocabularySize).converted(to: .float32),
                Tensor(targets, device: device))
            return try rows.floats().reduce(0) { $0 + Double($1) }
        }
    }
}
