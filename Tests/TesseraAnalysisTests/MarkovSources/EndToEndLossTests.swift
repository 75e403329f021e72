import Foundation
import TesseraAnalysis
import Testing

@Suite("End-to-end loss of a tokenizer and a unigram model")
struct EndToEndLossTests {
    /// L of LZW with `size` entries, greedy, on 100,000 held-out symbols.
    private func loss(order: Int, size: Int) throws -> EndToEndLoss {
        let source = try MarkovSource.switching(order: order, p: 0.2, q: 0.2)
        let training = source.sample(400_000, seed: 0)
        let heldOut = source.sample(100_000, seed: 1)
        var lzw = LempelZivWelch(alphabet: source.alphabet, limit: size)
        lzw.read(training)
        let dictionary = TokenDictionary(lzw.entries)
        let trainingIDs = try #require(dictionary.encode(training, by: .greedy))
        let heldOutIDs = try #require(dictionary.encode(heldOut, by: .greedy))
        return try #require(
            EndToEndLoss.unigram(
                vocabularySize: dictionary.entries.count, training: trainingIDs, heldOut: heldOutIDs,
                symbolCount: heldOut.count))
    }

    @Test("LZW comes near the entropy rate, and within the theorem")
    func lempelZivWelchComesNear() throws {
        let rate = try MarkovSource.switching(order: 1, p: 0.2, q: 0.2).entropyRate
        let small = try loss(order: 1, size: 64)
        let large = try loss(order: 1, size: 4096)
        #expect(large.natsPerSymbol - rate <= 0.2 * (log(2) - rate))
        #expect(large.natsPerSymbol < small.natsPerSymbol)
        for (loss, size) in [(small, 64), (large, 4096)] {
            let bound = try #require(TokenizationBound.lempelZivWelch(delta: 0.2, dictionarySize: size))
            #expect(loss.ratio(to: rate) <= bound)
        }
    }

    @Test("the bound says nothing where it has nothing to say")
    func boundsAreHonest() {
        #expect(TokenizationBound.epsilon(delta: 0, dictionarySize: 100) == nil)
        #expect(TokenizationBound.lempelZivWelch(delta: 0.001, dictionarySize: 100) == nil)
        #expect(EndToEndLoss.unigram(vocabularySize: 2, training: [0], heldOut: [], symbolCount: 0) == nil)
    }
}
