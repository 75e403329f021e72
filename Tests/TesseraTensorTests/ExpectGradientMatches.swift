import TesseraTensor
import Testing

/// Holds the gradient that libtorch records against differences of the function itself, at 64 bits.
///
/// - Parameters:
///   - shape: the argument's; its numbers are drawn from `range`.
///   - function: from a tensor to a tensor; its numbers are summed with random weights, so that no error cancels.
func expectGradientMatches(
    _ shape: [Int], in range: Range<Double> = -1..<1, seed: UInt64 = 1,
    sourceLocation: SourceLocation = #_sourceLocation, _ function: (Tensor) throws -> Tensor
) throws {
    let random = try RandomGenerator(seed: seed)
    let x = try random.uniform(shape, in: range, type: .float64)
    let weights = try random.normal(try function(x).shape, type: .float64)
    func value(_ x: Tensor) throws -> Tensor { try (function(x) * weights).sum() }

    try x.setRequiresGradient(true)
    try value(x).backward()
    let gradient = try #require(x.gradient, sourceLocation: sourceLocation).doubles()
    let numbers = try x.doubles()
    let step = 1e-6
    for index in numbers.indices {
        var (above, below) = (numbers, numbers)
        above[index] += step
        below[index] -= step
        let difference =
            try value(Tensor(above, shape: shape)).item() - value(Tensor(below, shape: shape)).item()
        let slope = difference / (2 * step)
        #expect(
            abs(slope - gradient[index]) <= 1e-6 * max(1, abs(slope)), "number \(index)",
            sourceLocation: sourceLocation)
    }
}
