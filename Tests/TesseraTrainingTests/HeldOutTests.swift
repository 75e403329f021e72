import TesseraArchitectures
import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTensor
import TesseraTestSupport
import TesseraTokenizers
import TesseraTraining
import Testing

@Suite("Scoring held-out text")
struct HeldOutTests {
    private typealias Scored = HeldOutScoring

    @Test("windows score every token but the first once, with as much before it as fits")
    func windows() {
        for count in [0, 1, 2, 3, 7, 8, 9, 40, 41] {
            for (window, stride) in [(2, 1), (8, 4), (8, 1), (8, 7), (64, 32)] {
                let windows = HeldOutScoring.windows(over: count, window: window, stride: stride)
                let scored = windows.flatMap { Array($0.firstScored..<$0.tokens.upperBound) }
                #expect(scored == Array(1..<max(1, count)))
                for part in windows {
                    #expect(part.tokens.count <= window && part.firstScored > part.tokens.lowerBound)
                    let before = part.firstScored - part.tokens.lowerBound
                    #expect(part.firstScored == 1 || before >= window - stride)
                }
            }
        }
    }

    private func text(_ tokens: [TokenID]) -> HeldOutText {
        HeldOutText(tokens: tokens, byteCount: 2 * tokens.count, firstTokenByteCount: 2)
    }

    @Test("the sum over windows that are computed together is that over windows one by one")
    func sums() throws {
        let network = try Tiny.network()
        let tokens = Array(Tiny.tokens[..<75])
        let scoring = try HeldOutScoring(
            [text(tokens), text([4, 5]), text([]), text([6])], contextOfFirst: 3, window: 17, stride: 8)
        let score = try scoring.score(network)
        #expect(score.tokenCount == 78 && score.byteCount == 156)
        var expected = 0.0
        for tokens in [tokens, [4, 5], [6]] {
            let all = [3] + tokens
            for window in HeldOutScoring.windows(over: all.count, window: 17, stride: 8) {
                let read = Array(all[window.tokens].dropLast())
                let rows = try withoutGradients {
                    try network.logits(of: Tensor(read, shape: [1, read.count])).logSoftmax(-1).floats()
                }
                for place in window.firstScored..<window.tokens.upperBound {
                    expected -= Double(rows[(place - 1 - window.tokens.lowerBound) * 32 + Int(all[place])])
                }
            }
        }
        #expect(abs(score.nats - expected) < 1e-3)
        #expect(abs(score.bitsPerByte - expected / 156 / 0.693147180559945) < 1e-5)
        #expect(abs(score.loss - expected / 78) < 1e-5)
    }

    @Test("without a token before a text its first one stays out, with its bytes")
    func withoutContext() throws {
        let network = try Tiny.network()
        let one = try HeldOutScoring([text([4, 5, 6])], contextOfFirst: nil, window: 9).score(network)
        #expect(one.tokenCount == 2 && one.byteCount == 4)
        let nothing = try HeldOutScoring([text([4])], contextOfFirst: nil, window: 9).score(network)
        #expect(nothing.tokenCount == 0 && nothing.byteCount == 0 && nothing.bitsPerByte == 0)
    }

    @Test("windows out of range, scores that are no numbers and a stop are told")
    func refused() throws {
        for (window, stride) in [(1, 1), (8, 8), (8, 0), (-3, 1)] {
            expectLocatedError(field: "window") {
                try HeldOutScoring([], contextOfFirst: nil, window: window, stride: stride)
            }
        }
        let network = try Tiny.network()
        let scoring = try HeldOutScoring([text([1, 2, 3])], contextOfFirst: 0, window: 8)
        try #require(network.parameters.last?.tensor).assign(.full(.nan, [1]))
        expectLocatedError(field: "held-out text") { try scoring.score(network) }
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: CancelledError.self) { try scoring.score(network, cancellation: cancellation) }
    }

    @Test(
        "the engine gives a text the same bits per byte, from the folder",
        arguments: NetworkPlan.Architecture.allCases)
    func engine(architecture: NetworkPlan.Architecture) throws {
        let tokenizer = try Tiny.tokenizer.get()
        var plan = NetworkPlan()
        plan.architecture = architecture
        (plan.layers, plan.width, plan.heads, plan.context) = (2, 32, 2, 24)
        let network = try plan.makeNetwork(vocabularySize: tokenizer.vocabularySize, seed: 5)
        let folder = try TemporaryFolder()
        try writeModelFolder(network, to: folder.path("model"))
        let engine = try DecoderModel.load(
            .folder(path: folder.path("model")), options: EngineOptions(threads: 2, precision: .float32))
        let words = Tiny.text(seed: 8, lines: 12)
        let expected = try evaluate(
            Array(words.utf8), model: engine, tokenizer: tokenizer,
            options: EvaluationOptions(window: 24, stride: 12))
        let score = try HeldOutScoring(
            [HeldOutText(words, tokenizer: tokenizer)], contextOfFirst: nil, window: 24, stride: 12
        ).score(network)
        #expect(score.tokenCount == expected.scoredTokenCount && score.byteCount == expected.scoredByteCount)
        #expect(abs(score.bitsPerByte / expected.bitsPerByte - 1) < 1e-4)
    }
}
