internal import CTesseraTorch
internal import TesseraCore

/// Numbers along any number of axes, on a device: what the lab computes with.
///
/// ```swift
/// let scores = try q.matmul(k.transposed(-2, -1)) / Double(size).squareRoot()
/// let output = try scores.softmax(-1).matmul(v)       // [heads, time, size]
/// ```
///
/// Every operation is libtorch's own, records what gradients need, and throws a `LocatedError` that names the
/// operation and the shapes when they do not go together. Axes may be negative: they then count from the last.
///
/// A tensor is a reference: what changes one in place (`assign(_:)`, an optimiser's step, reading a file into it) is
/// seen by all who hold it, and must not run beside a reader in another thread.
public final class Tensor: Sendable {
    /// Set once, and let go in `deinit` only.
    ///
    /// Safe to share: libtorch counts its tensors atomically, and several threads may read one.
    nonisolated(unsafe) let handle: tt_tensor

    /// Takes over what `body` returns.
    ///
    /// - Parameters:
    ///   - operation: what errors call it.
    ///   - operands: are kept alive meanwhile; errors give their shapes.
    ///   - body: a call of the shim, which returns null when libtorch refuses.
    init(_ operation: String, _ operands: [Tensor], _ body: () -> tt_tensor?) throws(LocatedError) {
        guard let handle = withExtendedLifetime(operands, body) else {
            throw failure(of: operation, on: operands)
        }
        self.handle = handle
    }

    /// Takes over `handle`.
    init(_ handle: tt_tensor) {
        self.handle = handle
    }

    deinit { tt_release(handle) }

    /// The lengths of the axes, outermost first; none for a single number.
    public var shape: [Int] {
        withExtendedLifetime(self) {
            var lengths = [Int64](repeating: 0, count: tt_axis_count(handle))
            tt_lengths(handle, &lengths)
            return lengths.map { Int($0) }
        }
    }

    /// The number of axes.
    public var rank: Int { withExtendedLifetime(self) { tt_axis_count(handle) } }

    /// The count of numbers.
    public var count: Int { shape.reduce(1, *) }

    /// How the numbers are stored.
    public var type: ScalarType { withExtendedLifetime(self) { ScalarType(tt_type_of(handle)) } }

    /// Where the numbers lie.
    public var device: Device { withExtendedLifetime(self) { Device(tt_device_of(handle)) } }
}

extension Tensor: CustomStringConvertible {
    /// Shape, type and device, such as `[2, 3] float32 on cpu`.
    public var description: String { "\(shape) \(type) on \(device)" }
}

/// Calls the shim, which returns false when libtorch refuses.
func perform(_ operation: String, _ operands: [Tensor], _ body: () -> Bool) throws(LocatedError) {
    guard withExtendedLifetime(operands, body) else { throw failure(of: operation, on: operands) }
}

/// What libtorch said last in this thread, with the operation and the shapes.
func failure(of operation: String, on operands: [Tensor]) -> LocatedError {
    let said = String(cString: tt_failure())
    // Further lines speak of libtorch's own source.
    let line = said.prefix { $0 != "\n" }
    let shapes = operands.map { "\($0.shape)" }.joined(separator: ", ")
    return LocatedError(
        field: operands.isEmpty ? operation : "\(operation) of \(shapes)",
        problem: line.isEmpty ? "libtorch refuses without a reason" : String(line),
        remedy: "check the shapes and types of what it is given")
}

/// Calls `body` with the lengths as the shim takes them.
func withLengths<Result>(_ lengths: [Int], _ body: (UnsafePointer<Int64>?, Int) -> Result) -> Result {
    lengths.map(Int64.init).withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
}
