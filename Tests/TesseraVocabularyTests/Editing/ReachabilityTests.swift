import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Reachability")
struct ReachabilityTests {
    @Test("names the merge that comes before the one that would make a token")
    func earlierMerge() throws {
        let definition = try SmallVocabularies.bytePair(["a b", "b c", "a bc", "x y"])
        let found = try Reachability(of: definition).unreachable
        #expect(found.map { String(decoding: $0.spelling, as: UTF8.self) } == ["abc"])
        #expect(found[0].reason == "the merge of `a` and `b` comes first")
        #expect(found[0].becomes == [256, 99])
    }

    @Test("names tokens that no merge makes, unless whole pieces are looked up")
    func noMerge() throws {
        var definition = try SmallVocabularies.bytePair(["a b"], unreachable: ["zzz"])
        #expect(try Reachability(of: definition).unreachable.map(\.reason) == ["no merge makes it"])
        guard case .bytePair(var model) = definition.model else { return }
        model.ignoresMerges = true
        definition.model = .bytePair(model)
        let reachability = try Reachability(of: definition)
        #expect(reachability.unreachable.isEmpty && reachability.wholePiecesOnly == [257])
        #expect(reachability.checkedCount == 258)
    }

    @Test("finds Unigram and WordPiece tokens that others always beat")
    func otherModels() throws {
        let unigram = try SmallVocabularies.unigram([("a", -1), ("b", -1), ("ab", -3), ("ba", -1.5)])
        let beaten = try Reachability(of: unigram).unreachable
        #expect(beaten.map { String(decoding: $0.spelling, as: UTF8.self) } == ["ab"])
        let words = try SmallVocabularies.wordPiece(["a", "##b", "ab", "##bc", "##c"])
        #expect(
            try Reachability(of: words).unreachable.map { String(decoding: $0.spelling, as: UTF8.self) } == [
                "##b", "##bc",
            ])
    }

    @Test("agrees with the tokenizer on random merges", arguments: 0..<12)
    func agrees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var known = ["a", "b", "c"]
        var merges: [String] = []
        for _ in 0..<12 {
            let (left, right) = (
                known.randomElement(using: &generator)!, known.randomElement(using: &generator)!
            )
            guard left.count + right.count < 9, !merges.contains("\(left) \(right)") else { continue }
            merges.append("\(left) \(right)")
            if !known.contains(left + right) { known.append(left + right) }
        }
        let definition = try SmallVocabularies.bytePair(merges)
        let tokenizer = try PipelineTokenizer(definition)
        let found = Set(try Reachability(of: definition).unreachable.map(\.id))
        for id in 256..<TokenID(tokenizer.vocabularySize) {
            let text = tokenizer.spelling(of: id)!
            #expect((tokenizer.encode(text) == [id]) == !found.contains(id), "\(text) of \(merges)")
        }
    }

    @Test("takes time that grows with the text, not its square")
    func longToken() throws {
        let long = String(repeating: "ab", count: 20_000)
        let definition = try SmallVocabularies.bytePair(["a b", "ab ab"], unreachable: [long])
        #expect(try Reachability(of: definition).unreachable.count == 1)
    }
}
