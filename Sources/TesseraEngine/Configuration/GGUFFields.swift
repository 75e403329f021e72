internal import CTesseraKernels
internal import TesseraCore
internal import TesseraFiles

/// The metadata of a GGUF file under the name of its architecture.
struct GGUFFields {
    let file: GGUFFile

    /// What the keys begin with: the name of the architecture.
    let prefix: String

    /// The whole name of a key.
    func name(_ key: String) -> String { "\(prefix).\(key)" }

    func has(_ key: String) -> Bool { file.metadata[name(key)] != nil }

    func integer(_ key: String) throws(LocatedError) -> Int { try file.metadata.integer(name(key)) }

    func optionalInteger(_ key: String) throws(LocatedError) -> Int? {
        try file.metadata.optionalInteger(name(key))
    }

    func double(_ key: String) throws(LocatedError) -> Double { try file.metadata.double(name(key)) }

    func optionalDouble(_ key: String) throws(LocatedError) -> Double? {
        try file.metadata.optionalDouble(name(key))
    }

    func optionalString(_ key: String) throws(LocatedError) -> String? {
        try file.metadata.optionalString(name(key))
    }

    /// A number above 0; nil when absent.
    func optionalPositive(_ key: String) throws(LocatedError) -> Double? {
        guard let value = try optionalDouble(key) else { return nil }
        guard value.isFinite, value > 0 else { throw error(key, "is \(value), not a positive number") }
        return value
    }

    /// The window of attention; nil when absent or 0.
    func window() throws(LocatedError) -> Int? {
        let key = "attention.sliding_window"
        guard let window = try optionalInteger(key), window != 0 else { return nil }
        guard (1...ModelConfiguration.mostPositions).contains(window) else {
            throw error(key, "is \(window), not a number of tokens")
        }
        return window
    }

    /// A tensor of `count` numbers above 0, such as divisors of frequencies; nil when absent.
    func vector(_ tensor: String, count: Int) throws(LocatedError) -> [Double]? {
        guard let view = file.tensor(tensor) else { return nil }
        let vector = try Matrix(vector: view, columns: count)
        let numbers = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress {
                tk_dequantize_row(TK_ISA_PORTABLE, vector.format, vector.weights, count, base)
            }
            initialized = count
        }
        guard numbers.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw error(tensor: tensor, "holds numbers that are not positive")
        }
        return numbers.map { Double($0) }
    }

    func error(_ key: String, _ problem: String, remedy: String? = nil) -> LocatedError {
        error(field: name(key), problem, remedy)
    }

    func error(tensor: String, _ problem: String) -> LocatedError { error(field: tensor, problem, nil) }

    private func error(field: String, _ problem: String, _ remedy: String?) -> LocatedError {
        LocatedError(
            file: file.path, field: field, problem: problem,
            remedy: remedy ?? "the file is damaged; fetch or convert it again")
    }
}
