internal import ArgumentParser
internal import TesseraCore
internal import TesseraDecoding

/// Which tokens the cache keeps.
struct CacheFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep some tokens only: keyformer or h2o by attention, sinks for the first and last, window for the last; full keeps all.",
            valueName: "policy"))
    var cachePolicy: String?

    @Option(
        help: ArgumentHelp(
            "With --cache-policy: tokens kept, such as 512, or a share of the prompt.",
            valueName: "tokens|share%"))
    var cacheBudget = "50%"

    @Option(
        help: ArgumentHelp(
            "With keyformer and h2o: the share of the budget for the last tokens; their papers' when left out.",
            valueName: "share%"))
    var cacheRecent: String?

    @Option(
        help: ArgumentHelp(
            "With keyformer: its temperature at the prompt and at the end.", valueName: "first:last"))
    var cacheTemperature = "1:2"

    /// The policies named, each with every budget; none without `--cache-policy`.
    ///
    /// - Parameter stepCount: the tokens that will follow the prompt.
    /// - Throws: `LocatedError` for a name that is none, and numbers out of range, before a model is loaded.
    func options(stepCount: Int, seed: UInt64) throws(LocatedError) -> [EvictionOptions] {
        guard let cachePolicy else { return [] }
        var all: [EvictionOptions] = []
        for name in cachePolicy.split(separator: ",", omittingEmptySubsequences: false) {
            let method = try choice(String(name), of: EvictionOptions.Method.self, "--cache-policy")
            for budget in cacheBudget.split(separator: ",", omittingEmptySubsequences: false) {
                var options = EvictionOptions(method, budget: try CacheBudget(parsing: String(budget)))
                options.recentShare = try recentShare()
                options.keyformer.temperatures = try temperatures()
                options.keyformer.stepCount = max(1, stepCount)
                options.keyformer.seed = seed
                _ = try options.policy()
                all.append(options)
                if method == .full { break }  // it has no budget
            }
        }
        return all
    }

    private func recentShare() throws(LocatedError) -> Double? {
        guard let cacheRecent else { return nil }
        guard cacheRecent.hasSuffix("%"), let percent = Double(cacheRecent.dropLast()) else {
            throw LocatedError(
                field: "--cache-recent", problem: "\"\(cacheRecent)\" is no share",
                remedy: "give one such as 30%")
        }
        return percent / 100
    }

    private func temperatures() throws(LocatedError) -> (first: Double, last: Double) {
        let parts = cacheTemperature.split(separator: ":", omittingEmptySubsequences: false).map {
            Double($0)
        }
        guard parts.count == 2, let first = parts[0], let last = parts[1] else {
            throw LocatedError(
                field: "--cache-temperature", problem: "\"\(cacheTemperature)\" are no two temperatures",
                remedy: "give two such as 1:2")
        }
        return (first, last)
    }
}
