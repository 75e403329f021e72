internal import CTesseraTorch
public import TesseraCore

// The same numbers in other shapes. Most results share memory with what they were made of.
extension Tensor {
    /// The numbers, row-major, in another shape; one length may be -1 and is what the others leave.
    public func reshaped(_ shape: Int...) throws(LocatedError) -> Tensor { try reshaped(to: shape) }

    /// The numbers, row-major, in another shape; one length may be -1 and is what the others leave.
    public func reshaped(to shape: [Int]) throws(LocatedError) -> Tensor {
        try Tensor("reshape to \(shape)", [self]) { withLengths(shape) { tt_reshape(handle, $0, $1) } }
    }

    /// Stretches axes of length 1; a length of -1 stays.
    public func expanded(to shape: [Int]) throws(LocatedError) -> Tensor {
        try Tensor("expand to \(shape)", [self]) { withLengths(shape) { tt_expand(handle, $0, $1) } }
    }

    /// The axes in another order.
    public func permuted(_ order: Int...) throws(LocatedError) -> Tensor {
        try Tensor("permute \(order)", [self]) { withLengths(order) { tt_permute(handle, $0, $1) } }
    }

    /// Two axes exchanged.
    public func transposed(_ first: Int, _ second: Int) throws(LocatedError) -> Tensor {
        try Tensor("transpose \(first), \(second)", [self]) {
            tt_transpose(handle, Int64(first), Int64(second))
        }
    }

    /// A new axis of length 1 before the one that has this number.
    public func unsqueezed(_ axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("unsqueeze \(axis)", [self]) { tt_unsqueeze(handle, Int64(axis)) }
    }

    /// Without the axis, if its length is 1.
    public func squeezed(_ axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("squeeze \(axis)", [self]) { tt_squeeze(handle, Int64(axis)) }
    }

    /// The numbers in one row-major block of memory.
    public func contiguous() throws(LocatedError) -> Tensor {
        try Tensor("contiguous", [self]) { tt_contiguous(handle) }
    }

    /// The other way round along an axis.
    public func flipped(_ axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("flip \(axis)", [self]) { tt_flip(handle, Int64(axis)) }
    }

    /// Moved along an axis by so many places; what leaves at the end comes in at the start.
    public func rolled(by places: Int, axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("roll \(places)", [self]) { tt_roll(handle, Int64(places), Int64(axis)) }
    }

    /// Every place along an axis `times` times.
    public func repeated(_ times: Int, axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("repeat \(times) times", [self]) {
            tt_repeat_interleave(handle, Int64(times), Int64(axis))
        }
    }

    /// Zeros below a diagonal of the last two axes; 0 is the main one, 1 that above it.
    public func upperTriangle(_ diagonal: Int = 0) throws(LocatedError) -> Tensor {
        try Tensor("triu", [self]) { tt_triu(handle, Int64(diagonal)) }
    }

    /// Zeros above a diagonal of the last two axes; 0 is the main one, 1 that above it.
    public func lowerTriangle(_ diagonal: Int = 0) throws(LocatedError) -> Tensor {
        try Tensor("tril", [self]) { tt_tril(handle, Int64(diagonal)) }
    }

    /// Equal parts of an axis, in order.
    ///
    /// - Throws: `LocatedError` when the length of the axis is no multiple of `count`.
    public func chunks(_ count: Int, axis: Int) throws(LocatedError) -> [Tensor] {
        var handles = [tt_tensor?](repeating: nil, count: Swift.max(0, count))
        try perform("cut into \(count)", [self]) { tt_chunk(handle, Int64(count), Int64(axis), &handles) }
        return handles.compactMap { $0.map(Tensor.init) }
    }

    /// Tensors one after another along an axis that they all have.
    public static func concatenated(_ tensors: [Tensor], axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("concatenate", tensors) {
            withHandles(tensors) { tt_concatenate($0, $1, Int64(axis)) }
        }
    }

    /// Tensors of one shape along a new axis.
    public static func stacked(_ tensors: [Tensor], axis: Int = 0) throws(LocatedError) -> Tensor {
        try Tensor("stack", tensors) { withHandles(tensors) { tt_stack($0, $1, Int64(axis)) } }
    }
}

/// Calls `body` with the handles of tensors, which are alive meanwhile.
func withHandles<Result>(_ tensors: [Tensor], _ body: (UnsafePointer<tt_tensor?>?, Int) -> Result) -> Result {
    withExtendedLifetime(tensors) {
        tensors.map { Optional($0.handle) }.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
}
