import TesseraFuzzing

/// What the command line asks for.
struct Options {
    var targets: [FuzzTarget] = []
    /// CPU seconds for each target.
    var seconds = 10.0
    var seed: UInt64 = 1
    var corpus = "Tests/FuzzTests/Corpus"
    /// Where inputs that break something are kept.
    var findings = ".build/fuzz"
    /// A file of one input to try instead of making inputs.
    var replay: String?
    /// The document whose table is written.
    var document: String?
    /// Whether the program was built with the address sanitizer, which takes more time, memory and stack.
    var isSanitized = false
    /// Set for the child that tries the inputs: its folder, and the number of its first input.
    var workFolder: String?
    var start = 0

    /// CPU seconds that one input may take.
    var inputSeconds: Int { isSanitized ? 20 : 2 }

    /// The stack of the thread that tries inputs: that of secondary threads on Apple platforms, where Swift's tasks run.
    var stackBytes: Int { isSanitized ? 32 << 20 : 512 << 10 }

    static let usage = """
        TesseraFuzzer [--target NAME]… [--seconds N] [--seed N] [--corpus FOLDER] [--findings FOLDER]
                      [--document FILE] [--replay FILE] [--sanitized]

        Tries inputs made from the corpus by a seeded mutator, on all targets unless some are named:
        \(FuzzTarget.all.map(\.name).joined(separator: ", "))
        """

    /// Reads the command line; nil when it makes no sense.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            if option == "--sanitized" {
                isSanitized = true
                continue
            }
            guard let value = rest.popFirst() else { return nil }
            switch option {
            case "--target":
                guard let target = FuzzTarget.all.first(where: { $0.name == value }) else { return nil }
                targets.append(target)
            case "--seconds":
                guard let number = Double(value) else { return nil }
                seconds = number
            case "--seed":
                guard let number = UInt64(value) else { return nil }
                seed = number
            case "--start":
                guard let number = Int(value) else { return nil }
                start = number
            case "--corpus": corpus = value
            case "--findings": findings = value
            case "--document": document = value
            case "--replay": replay = value
            case "--work-folder": workFolder = value
            default: return nil
            }
        }
        if targets.isEmpty { targets = FuzzTarget.all }
    }
}
