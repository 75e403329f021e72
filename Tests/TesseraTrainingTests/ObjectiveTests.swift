import TesseraArchitectures
import TesseraCore
import TesseraTensor
import TesseraTestSupport
import TesseraTraining
import Testing

@Suite("Objectives")
struct ObjectiveTests {
    @Test("predicting the next token is the sum of −log p of what follows")
    func nextToken() throws {
        let network = try Tiny.network()
        let windows: [[TokenID]] = [[1, 5, 9, 3], [2, 2, 0, 31]]
        let loss = try NextTokenObjective().loss(of: network, on: Batch(windows: windows))
        let rows = try network.logits(of: Tensor([1, 5, 9, 2, 2, 0] as [TokenID], shape: [2, 3]))
            .logSoftmax(-1).floats()
        let targets = [5, 9, 3, 2, 0, 31]
        let expected = targets.enumerated().reduce(0.0) { $0 - Double(rows[$1.offset * 32 + $1.element]) }
        #expect(loss.count == 6)
        #expect(abs(try loss.sum.item() - expected) < 1e-4)
    }

    @Test("with some tokens counted, only they make the loss")
    func counted() throws {
        let network = try Tiny.network()
        let counted = [[false, false, true, true]]
        let some = try NextTokenObjective().loss(
            of: network, on: Batch(windows: [[1, 5, 9, 3]], counted: counted))
        let all = try NextTokenObjective().loss(of: network, on: Batch(windows: [[1, 5, 9, 3]]))
        let first = try NextTokenObjective().loss(of: network, on: Batch(windows: [[1, 5]]))
        #expect(some.count == 2)
        #expect(abs(try all.sum.item() - first.sum.item() - some.sum.item()) < 1e-4)
    }

    @Test("windows of several lengths, short ones, and a batch without the tensor are refused")
    func refused() throws {
        expectLocatedError(field: "windows") { try Batch(windows: [[1, 2], [1, 2, 3]]) }
        expectLocatedError(field: "windows") { try Batch(windows: [[1]]) }
        expectLocatedError(field: "windows") { try Batch(windows: []) }
        expectLocatedError(field: "windows") { try Batch(windows: [[1, 2]], counted: [[true]]) }
        let network = try Tiny.network()
        expectLocatedError(field: "batch", problem: "targets") {
            try NextTokenObjective().loss(of: network, on: Batch([.tokens: Tensor([1], shape: [1, 1])]))
        }
    }
}

@Suite("Schedules")
struct ScheduleTests {
    @Test("rise in a straight line and go on as they should", arguments: Schedule.Shape.allCases)
    func shapes(shape: Schedule.Shape) {
        let schedule = Schedule(shape, peak: 2, warmupSteps: 10, totalSteps: 110, finalShare: 0.1)
        for step in 0..<10 { #expect(abs(schedule.rate(at: step) - 0.2 * Double(step + 1)) < 1e-12) }
        // Half of what follows the warm-up is over after step 59, and all after step 109.
        let middle: [Schedule.Shape: Double] = [
            .constant: 2, .linear: 1.1, .cosine: 1.1, .stableThenDecay: 2,
        ]
        #expect(abs(schedule.rate(at: 59) - (middle[shape] ?? 0)) < 1e-12)
        let end = shape == .constant ? 2 : 0.2
        #expect(abs(schedule.rate(at: 109) - end) < 1e-12)
        #expect(schedule.rate(at: 1_000_000) == schedule.rate(at: 109))
        let rates = (10..<110).map(schedule.rate)
        #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test("the last fifth of warm-up, stable, decay is a straight line down")
    func decay() {
        let schedule = Schedule(.stableThenDecay, peak: 1, warmupSteps: 0, totalSteps: 100, finalShare: 0)
        #expect(schedule.rate(at: 79) == 1)
        #expect(abs(schedule.rate(at: 89) - 0.5) < 1e-12)
        #expect(abs(schedule.rate(at: 99)) < 1e-12)
    }

    @Test("one that warms up for longer than it lasts only rises")
    func onlyWarmUp() {
        let schedule = Schedule(.cosine, peak: 1, warmupSteps: 50, totalSteps: 10)
        #expect(schedule.rate(at: 9) == 0.2)
        #expect(schedule.rate(at: 60).isFinite)
    }
}
