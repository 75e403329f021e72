internal import CTesseraKernels
package import TesseraCore
package import TesseraFiles

/// Measures how much longer a pass over a model's matrices takes for several tokens than for one.
///
/// The matrices are those of a Llama model of 1.1 billion parameters (hidden size 2048, feed-forward size 5632), some of
/// its layers and its head, with random weights: far more than the caches hold. Two ceilings are measured in the same
/// rounds, so that a busy or slow machine lowers both: reading memory, and the multiplications on registers alone.
package struct KernelBenchmark: Sendable {
    /// The formats of the weights.
    package var formats: [TensorFormat]

    /// The numbers of tokens, ascending from 1.
    package var tokens: [Int]

    /// The layers, of the model's 22.
    package var layers: Int

    /// How often everything is measured; the best of each matrix counts, and of the ceilings too.
    package var rounds: Int

    /// The threads; nil for as many as there are cores.
    package var threads: Int?

    /// Creates a benchmark.
    package init(
        formats: [TensorFormat], tokens: [Int], layers: Int = 4, rounds: Int = 5, threads: Int? = nil
    ) {
        self.formats = formats
        self.tokens = tokens
        self.layers = layers
        self.rounds = rounds
        self.threads = threads
    }

    /// What was measured with weights of one format.
    package struct Result: Sendable {
        /// The format of the weights.
        package var format: TensorFormat

        /// The weights, and the bytes they take.
        package var weightCount: Int
        package var byteCount: Int

        /// The most bytes a second that all threads read from memory.
        package var bytesPerSecond: Double

        /// The most multiply-adds a second that all threads do on registers; nil for kernels without such a loop.
        package var multiplyAddsPerSecond: Double?

        /// Pairs of a number of tokens and the seconds that they took.
        package var times: [(tokens: Int, seconds: Double)]

        /// The least time that the ceilings allow: reading the weights or multiplying, whichever is longer.
        package func roof(tokens: Int) -> Double? {
            multiplyAddsPerSecond.map {
                max(Double(byteCount) / bytesPerSecond, Double(weightCount) * Double(tokens) / $0)
            }
        }

        /// The most tokens among those measured for which they, and all fewer ones, take at most `limit` times as long
        /// as one token: how large a draft tree may be to cost little more than a token.
        package func treeSize(within limit: Double) -> Int {
            guard let one = times.first?.seconds else { return 1 }
            return times.prefix { $0.seconds <= limit * one }.last?.tokens ?? 1
        }
    }

    /// The kernels that are measured, by name.
    package static var instructionSet: InstructionSet { .best }

    /// The threads that are measured.
    package var threadCount: Int { threads ?? Int(tk_available_cores()) }

    /// Measures.
    ///
    /// - Throws: `LocatedError` when the machine has too little memory or a format has no kernels; `CancelledError`
    ///   once `cancellation` is raised.
    package func run(cancellation: Cancellation, progress: Progress) throws -> [Result] {
        let team = try ThreadTeam(threads: threadCount)
        var results: [Result] = []
        for format in formats {
            guard let kernelFormat = format.kernelFormat else {
                throw LocatedError(
                    field: "format", problem: "\(format.name) has no kernels", remedy: "name another format")
            }
            let job = try KernelJob(
                format: kernelFormat, layers: layers, mostTokens: tokens.max() ?? 1, team: team)
            // The best time of each matrix counts: it is short enough to be left alone even on a busy machine.
            let never = Array(repeating: Double.infinity, count: job.matrixCount)
            var products = Array(repeating: never, count: tokens.count)
            var reading = never
            var arithmetic: Double?
            for round in 0..<rounds {
                progress.report(
                    "measuring \(format.name)", results.count * rounds + round, of: formats.count * rounds,
                    unit: "rounds")
                for index in tokens.indices {
                    try cancellation.check()
                    let seconds = job.secondsOfProducts(tokens: tokens[index])
                    products[index] = zip(products[index], seconds).map(min)
                }
                reading = zip(reading, job.secondsOfReading()).map(min)
                for _ in 0..<10 {
                    guard let rate = job.multiplyAddsPerSecond() else { break }
                    arithmetic = max(arithmetic ?? 0, rate)
                }
            }
            let result = Result(
                format: format, weightCount: job.weightCount, byteCount: job.byteCount,
                bytesPerSecond: Double(job.byteCount) / reading.reduce(0, +),
                multiplyAddsPerSecond: arithmetic,
                times: zip(tokens, products).map { ($0, $1.reduce(0, +)) })
            results.append(result)
        }
        return results
    }
}
