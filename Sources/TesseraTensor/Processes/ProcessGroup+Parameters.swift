public import TesseraCore

extension ProcessGroup {
    /// The most bytes that travel at once, as PyTorch's DistributedDataParallel has it.
    private static let bucketSize = 25 << 20

    /// Replaces the gradients by their sums over all processes, in buckets (Li et al., arXiv:2006.15704, section 3.2).
    ///
    /// - Throws: `LocatedError` when a parameter that is trained has no gradient, since the others would wait for it for
    ///   ever, and when a process is lost.
    public func sumGradients(of parameters: [Parameter]) throws(LocatedError) {
        var bucket: [Tensor] = []
        var byteCount = 0
        for parameter in parameters where parameter.tensor.requiresGradient {
            guard let gradient = parameter.tensor.gradient else {
                throw LocatedError(
                    field: parameter.name, problem: "has no gradient to add to those of other processes",
                    remedy: "let every parameter take part in every step, or train it in no process")
            }
            bucket.append(gradient)
            byteCount += gradient.count * gradient.type.byteCount
            if byteCount >= Self.bucketSize {
                try allReduce(bucket, .sum)
                bucket = []
                byteCount = 0
            }
        }
        try allReduce(bucket, .sum)
    }
}
