public import TesseraCore
public import TesseraTensor

extension ProcessGroup: Replicas {
    public var count: Int { size }

    public func sum(_ values: [Double]) throws(LocatedError) -> [Double] {
        let sums = try Tensor(values)
        try allReduce([sums], .sum)
        return try sums.doubles()
    }
}

/// The processes that the environment speaks of, as `ProcessGroup.fromEnvironment` finds them, or this one alone.
public func replicasFromEnvironment() throws(LocatedError) -> any Replicas {
    try ProcessGroup.fromEnvironment() ?? SingleReplica()
}
