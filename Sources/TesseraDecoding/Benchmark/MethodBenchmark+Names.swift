public import TesseraCore

extension MethodBenchmark.Arm {
    /// Every method, the lossless ones first.
    public static var allNames: [String] {
        [
            "lookup:8", "recycling:8", "lookup+recycling:8", "adaptive:8", "auto", "big-little:0",
            "big-little:2", "big-little:5", "keyformer:50%", "h2o:50%", "sinks:50%", "window:50%",
        ]
    }

    /// A method by its name and, after a colon, what it is told: the nodes of a tree, the nats that the big-little
    /// decoder puts up with, the budget of a cache.
    ///
    /// The small model of the big-little decoder is the store of `AdaptiveDrafts`, one line of up to ten tokens.
    ///
    /// - Throws: `LocatedError` for a name that is none and for what it cannot be told.
    public init(named text: String, vocabularySize: Int) throws(LocatedError) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let (name, argument) = (parts.first ?? "", parts.count > 1 ? parts[1] : nil)
        func number<Number: LosslessStringConvertible>(_ what: String) throws(LocatedError) -> Number? {
            guard let argument else { return nil }
            guard let number = Number(argument) else {
                throw LocatedError(
                    field: "--methods", problem: "\"\(argument)\" in \"\(text)\" is not \(what)",
                    remedy: "write methods like \(Self.allNames.joined(separator: ","))")
            }
            return number
        }
        if let method = DraftMethod(rawValue: name) {
            let nodes: Int? = try number("a number of nodes")
            let table = try RecyclingTable(vocabularySize: vocabularySize)
            self.init(
                text, try method.drafting(table: table, size: nodes.map { .nodes($0) } ?? .measured))
        } else if name == "big-little" {
            let nats: Double? = try number("a number of nats")
            let line = AdaptiveDrafts(depth: 10, branches: 1)
            self.init(text, try Drafting(line, size: .nodes(10), rollback: nats ?? 0))
        } else if let method = EvictionOptions.Method(rawValue: name) {
            let options = EvictionOptions(method, budget: try CacheBudget(parsing: argument ?? "50%"))
            _ = try options.policy()
            self.init(text, options)
        } else {
            throw LocatedError(
                field: "--methods", problem: "there is no method \"\(name)\"",
                remedy: "write methods like \(Self.allNames.joined(separator: ","))")
        }
    }
}
