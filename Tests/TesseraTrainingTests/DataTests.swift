import TesseraCore
import TesseraTensor
import TesseraTestSupport
import TesseraTraining
import Testing

@Suite("Batches")
struct DataTests {
    @Test("a permutation has every number once, and another order for another seed")
    func permutation() {
        for count in Array(1...70) + [255, 256, 257, 5_000] {
            let order = (0..<count).map { place in Permutation(count: count, seed: 5)[place] }
            #expect(order.sorted() == Array(0..<count))
        }
        func order(_ seed: UInt64) -> [Int] { (0..<50).map { Permutation(count: 50, seed: seed)[$0] } }
        #expect(order(1) != order(2) && order(1) == order(1) && order(1) != Array(0..<50))
    }

    private func tokens(_ source: WindowSource, _ index: Int) throws -> [Int] {
        try source.batch(at: index)[.tokens].integers()
    }

    @Test(
        "every window comes once an epoch, in another order each time, and every token but the first is predicted"
    )
    func windows() throws {
        // 12 windows of 5, and one token that fills none.
        let source = try WindowSource(
            (0..<62).map { TokenID($0) }, context: 5, batchSize: 4, seed: 1)
        #expect(source.windowCount == 12)
        func epoch(_ number: Int) throws -> [Int] {
            try (number * 3..<number * 3 + 3).flatMap { try source.batch(at: $0)[.targets].integers() }
        }
        let epochs = try (0..<3).map(epoch)
        for epoch in epochs { #expect(epoch.sorted() == Array(1...60)) }
        #expect(Set(epochs).count == 3)
        let other = try WindowSource((0..<62).map { TokenID($0) }, context: 5, batchSize: 4, seed: 2)
        #expect(try tokens(other, 0) != tokens(source, 0))
        #expect(try tokens(source, 7) == tokens(source, 7))
        let first = try source.batch(at: 0)
        #expect(try first[.tokens].shape == [4, 5])
        #expect(try zip(first[.tokens].integers(), first[.targets].integers()).allSatisfy { $0 + 1 == $1 })
    }

    @Test("an epoch that does not fill its last batch goes over into the next")
    func overEpochs() throws {
        let source = try WindowSource((0..<16).map { TokenID($0) }, context: 5, batchSize: 2, seed: 1)
        let all = try (0..<6).flatMap { try source.batch(at: $0)[.tokens].integers() }
        for begin in [0, 5, 10] { #expect(all.filter { $0 == begin }.count == 4) }
    }

    @Test("too few tokens for a window, sizes below 1 and batches past all numbers are refused")
    func refused() throws {
        expectLocatedError(field: "corpus", problem: "has 5 tokens") {
            try WindowSource([1, 2, 3, 4, 5], context: 5, batchSize: 1, seed: 0)
        }
        expectLocatedError(field: "context") { try WindowSource([1, 2], context: 0, batchSize: 1, seed: 0) }
        expectLocatedError(field: "batch") { try WindowSource([1, 2], context: 1, batchSize: -3, seed: 0) }
        let source = try WindowSource([1, 2], context: 1, batchSize: 2, seed: 0)
        expectLocatedError(problem: "no such batch") { try source.batch(at: .max) }
        expectLocatedError(problem: "no such batch") { try source.batch(at: -1) }
    }

    @Test("batches that are made afresh are the same for a number and differ between numbers")
    func generated() throws {
        let source = GeneratedBatches(seed: 4) { (index, random) throws(LocatedError) in
            let numbers = (0..<6).map { TokenID(random.bits(at: $0) % 100) }
            return try Batch(windows: [numbers + [TokenID(index)]])
        }
        let batches = try [0, 1, 0].map { try source.batch(at: $0)[.tokens].integers() }
        #expect(batches[0] == batches[2] && batches[0] != batches[1])
        #expect(try source.batch(at: 9)[.targets].integers().last == 9)
    }
}
