internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles

/// Whether a command writes for people or for machines.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Write one JSON object instead of text for people.")
    var json = false
}

/// Writes one JSON value on a line of standard output.
func writeJSON(_ value: JSONValue) throws(LocatedError) {
    try StandardOutput.standard.write(value.serialized() + "\n")
}

/// Writes text to standard output.
func write(_ text: String) throws(LocatedError) {
    try StandardOutput.standard.write(text)
}

extension JSONValue {
    /// `null` for nil.
    init(_ value: Double?) {
        self = value.map(JSONValue.number) ?? .null
    }

    /// `null` for nil.
    init(_ value: Int?) {
        self = value.map(JSONValue.integer) ?? .null
    }

    /// `null` for nil.
    init(_ value: String?) {
        self = value.map(JSONValue.string) ?? .null
    }

    /// A list of token ids.
    init(_ ids: some Sequence<TokenID>) {
        self = .array(ids.map { .integer(Int($0)) })
    }
}
