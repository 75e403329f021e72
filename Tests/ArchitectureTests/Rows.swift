/// The architecture as data: which target stands where, and which outside packages it may use.
///
/// Documentation/Architecture.md tells why. A new target is added here in the commit that creates it.
struct Room {
    enum Side {
        /// Tokenizers, engine, server: pure Swift and small C kernels.
        case everyday
        /// Training and studies: libtorch and CLP.
        case lab
        /// Used by both sides.
        case shared
    }

    let name: String
    /// The row it stands in; a target sees only lower rows.
    let row: Int
    let side: Side
    /// Products and modules of outside packages that it may import.
    var outside: Set<String> = []
}

let rooms: [Room] = [
    // Core is the floor that the other two of row 0 stand on, so it counts as the row below them.
    Room(name: "TesseraCore", row: -1, side: .shared),
    Room(name: "CIntrinsics", row: -1, side: .shared),
    Room(name: "CZlib", row: -1, side: .shared),
    Room(name: "TesseraFiles", row: 0, side: .shared),
    Room(name: "TesseraReport", row: 0, side: .shared),
    Room(name: "TesseraTemplates", row: 0, side: .shared),
    Room(name: "CTesseraKernels", row: 0, side: .everyday),
    Room(name: "TesseraFetching", row: 1, side: .shared),
    Room(name: "TesseraTokenizers", row: 1, side: .shared),
    Room(name: "CTesseraTorch", row: 0, side: .lab),
    Room(name: "TesseraTensor", row: 1, side: .lab),
    Room(name: "TesseraArchitectures", row: 2, side: .lab),
    Room(name: "TesseraTraining", row: 3, side: .lab),
    Room(name: "CCLP", row: 0, side: .lab),
    Room(name: "TesseraMixture", row: 4, side: .lab),
    Room(name: "TesseraTransformers", row: 2, side: .shared),
    Room(name: "TesseraVocabulary", row: 2, side: .shared),
    Room(name: "TesseraAnalysis", row: 2, side: .shared),
    Room(name: "TesseraGrammar", row: 2, side: .everyday),
    Room(name: "TesseraEngine", row: 2, side: .everyday),
    Room(name: "TesseraDecoding", row: 3, side: .everyday),
    Room(
        name: "TesseraServer", row: 4, side: .everyday,
        outside: [
            "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "NIOHTTPTypes",
            "ServiceLifecycle",
        ]),
    Room(name: "TesseraStudies", row: 5, side: .lab),
    Room(name: "TesseraConsole", row: 5, side: .shared, outside: ["ArgumentParser"]),
    Room(name: "TesseraCLI", row: 6, side: .everyday, outside: ["ArgumentParser"]),
    Room(name: "TesseraLabCLI", row: 6, side: .lab, outside: ["ArgumentParser"]),
    Room(name: "TesseraServerCLI", row: 6, side: .everyday, outside: ["ArgumentParser", "Logging"]),
]

/// Targets under Tests that are no tests: they stand above all rows, and nothing in Sources may use them.
let testTools: Set<String> = ["TesseraTestSupport", "TesseraFuzzing", "TesseraFuzzer"]

/// Modules that come with the toolchain and that every target may import.
let toolchainModules: Set<String> = [
    "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Synchronization",
]

/// Why `from` may not use `to`; nil when it may.
func objection(from: Room, to: Room) -> String? {
    guard to.row < from.row else {
        return "\(from.name) (row \(from.row)) may not use \(to.name) (row \(to.row)): only lower rows"
    }
    switch (from.side, to.side) {
    case (_, .shared), (.everyday, .everyday), (.lab, .lab): return nil
    case (.lab, .everyday) where to.row <= 3: return nil
    default: return "\(from.name) may not use \(to.name): it stands on the other side"
    }
}

/// Why `from` may not use the target or outside product called `name`; nil when it may.
func objection(from: Room, toModule name: String) -> String? {
    if let to = rooms.first(where: { $0.name == name }) { return objection(from: from, to: to) }
    if toolchainModules.contains(name) || from.outside.contains(name) { return nil }
    return "\(from.name) may not use \(name): not among its outside packages"
}
