import Foundation
import TesseraFuzzing
import Testing

@Suite("Inputs that broke readers, and new ones made of them")
struct ReplayTests {
    private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Corpus").path

    private static let names = FuzzTarget.all.map(\.name)

    @Test(
        "every input of the corpus is read or refused, and what is read keeps its promises", arguments: names)
    func corpus(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let folder = try FuzzFolder()
        let inputs = FuzzCorpus.inputs(of: target, in: Self.corpus)
        #expect(!inputs.isEmpty)
        var accepted = 0
        for (file, input) in inputs {
            let outcome = try tried(input, of: target, in: folder, "\(name)/\(file)")
            if case .accepted? = outcome { accepted += 1 }
            if case .rejected(let error)? = outcome, !file.hasPrefix("found-") {
                Issue.record("\(name)/\(file), which is sound, is refused: \(error)")
            }
        }
        #expect(accepted > 0)
    }

    @Test("200 inputs made of the corpus break nothing", arguments: names)
    func mutations(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let folder = try FuzzFolder()
        let pool = FuzzCorpus.inputs(of: target, in: Self.corpus).map(\.input)
        for index in 0..<200 {
            var random = FuzzRandom(seed: 20_261_129, index: index)
            _ = try tried(
                target.mutator.input(from: pool, &random), of: target, in: folder, "\(name), input \(index)")
        }
    }

    private func tried(
        _ input: FuzzInput, of target: FuzzTarget, in folder: FuzzFolder, _ name: String
    ) throws -> FuzzTarget.Outcome? {
        let start = Self.cpuSeconds()
        defer { #expect(Self.cpuSeconds() - start < 2, "\(name) takes too long") }
        do {
            return try target.run(input, in: folder)
        } catch {
            Issue.record("\(name): \(error)")
            return nil
        }
    }

    /// CPU seconds of this thread.
    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
