internal import CTesseraTorch
public import TesseraCore

// What many numbers make together. No axes means all of them; `keepsAxes` leaves them with length 1.
extension Tensor {
    private typealias Reduction = (tt_tensor?, UnsafePointer<Int64>?, Int, Bool) -> tt_tensor?

    private func reduced(
        _ name: String, _ axes: [Int], _ keepsAxes: Bool, _ reduction: Reduction
    ) throws(LocatedError) -> Tensor {
        try Tensor(name, [self]) { withLengths(axes) { reduction(handle, $0, $1, keepsAxes) } }
    }

    /// The sum.
    public func sum(_ axes: Int..., keepsAxes: Bool = false) throws(LocatedError) -> Tensor {
        try reduced("sum", axes, keepsAxes, tt_sum)
    }

    /// The mean.
    public func mean(_ axes: Int..., keepsAxes: Bool = false) throws(LocatedError) -> Tensor {
        try reduced("mean", axes, keepsAxes, tt_mean)
    }

    /// The mean squared distance from the mean.
    public func variance(_ axes: Int..., keepsAxes: Bool = false) throws(LocatedError) -> Tensor {
        try reduced("variance", axes, keepsAxes, tt_variance)
    }

    /// The largest number.
    public func max(_ axes: Int..., keepsAxes: Bool = false) throws(LocatedError) -> Tensor {
        try reduced("max", axes, keepsAxes, tt_max)
    }

    /// The smallest number.
    public func min(_ axes: Int..., keepsAxes: Bool = false) throws(LocatedError) -> Tensor {
        try reduced("min", axes, keepsAxes, tt_min)
    }

    /// The logarithm of the sum of the powers of e.
    public func logSumExp(_ axes: Int..., keepsAxes: Bool = false) throws(LocatedError) -> Tensor {
        try reduced("logsumexp", axes, keepsAxes, tt_log_sum_exp)
    }

    /// The square root of the sum of squares.
    public func norm(_ axes: Int..., keepsAxes: Bool = false) throws(LocatedError) -> Tensor {
        try reduced("norm", axes, keepsAxes, tt_norm)
    }

    /// Whether every number is true, or not 0.
    public func allTrue() throws(LocatedError) -> Bool {
        try Tensor("all", [self]) { tt_all(handle) }.item() != 0
    }

    /// Whether some number is true, or not 0.
    public func anyTrue() throws(LocatedError) -> Bool {
        try Tensor("any", [self]) { tt_any(handle) }.item() != 0
    }

    /// The place of the largest number along an axis; the first of equal ones.
    public func argmax(_ axis: Int = -1) throws(LocatedError) -> Tensor {
        try Tensor("argmax", [self]) { tt_argmax(handle, Int64(axis)) }
    }

    /// The sums of all numbers up to each, along an axis.
    public func cumulativeSum(_ axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("cumsum", [self]) { tt_cumulative_sum(handle, Int64(axis)) }
    }

    /// exp(x) divided by its sum along an axis.
    public func softmax(_ axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("softmax", [self]) { tt_softmax(handle, Int64(axis)) }
    }

    /// The logarithm of the softmax.
    public func logSoftmax(_ axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("log softmax", [self]) { tt_log_softmax(handle, Int64(axis)) }
    }

    /// The `count` largest numbers along an axis, largest first, and their places.
    public func top(
        _ count: Int, axis: Int = -1
    ) throws(LocatedError) -> (values: Tensor, places: Tensor) {
        try pair("top \(count)") { tt_top(handle, Int64(count), Int64(axis), &$0, &$1) }
    }

    /// The numbers in order along an axis, and their places; equal numbers keep their order.
    public func sorted(
        axis: Int = -1, descending: Bool = false
    ) throws(LocatedError) -> (values: Tensor, places: Tensor) {
        try pair("sort") { tt_sort(handle, Int64(axis), descending, &$0, &$1) }
    }

    private func pair(
        _ name: String, _ body: (inout tt_tensor?, inout tt_tensor?) -> Bool
    ) throws(LocatedError) -> (values: Tensor, places: Tensor) {
        var handles: (tt_tensor?, tt_tensor?)
        try perform(name, [self]) { body(&handles.0, &handles.1) }
        guard let values = handles.0, let places = handles.1 else { throw failure(of: name, on: [self]) }
        return (Tensor(values), Tensor(places))
    }
}
