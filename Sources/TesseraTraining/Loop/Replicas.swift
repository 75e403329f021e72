public import TesseraCore
public import TesseraTensor

/// The processes that train one network together, each on batches of its own ("data parallel").
///
/// All begin with the same numbers, add up their gradients at every step and so stay equal. The first of them, with rank
/// 0, writes what is written.
public protocol Replicas: Sendable {
    /// The number of this process, from 0.
    var rank: Int { get }

    /// How many processes there are.
    var count: Int { get }

    /// The sums of each of `values` over all processes, the same bits in each.
    func sum(_ values: [Double]) throws(LocatedError) -> [Double]

    /// Puts the sum over all processes in the place of each parameter's gradient, the same bits in each.
    func sumGradients(of parameters: [Parameter]) throws(LocatedError)
}

/// One process that trains alone.
public struct SingleReplica: Replicas {
    /// Creates it.
    public init() {}

    public var rank: Int { 0 }
    public var count: Int { 1 }
    public func sum(_ values: [Double]) throws(LocatedError) -> [Double] { values }
    public func sumGradients(of parameters: [Parameter]) throws(LocatedError) {}
}
