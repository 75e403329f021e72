internal import CTesseraTorch
public import TesseraCore

extension Tensor {
    /// A tensor of 32-bit numbers, row-major.
    ///
    /// - Parameters:
    ///   - values: as many as the shape calls for.
    ///   - shape: one axis of all of them when left out.
    ///   - device: where it is put.
    /// - Throws: `LocatedError` when the values do not fill the shape.
    public convenience init(_ values: [Float], shape: [Int]? = nil, device: Device = .cpu)
        throws(LocatedError)
    {
        try self.init(copying: values, shape: shape, type: .float32, device: device)
    }

    /// A tensor of 64-bit numbers, row-major; see `init(_:shape:device:)` with floats.
    public convenience init(_ values: [Double], shape: [Int]? = nil, device: Device = .cpu)
        throws(LocatedError)
    {
        try self.init(copying: values, shape: shape, type: .float64, device: device)
    }

    /// A tensor of 64-bit whole numbers, row-major; see `init(_:shape:device:)` with floats.
    public convenience init(_ values: [Int], shape: [Int]? = nil, device: Device = .cpu) throws(LocatedError)
    {
        try self.init(copying: values.map { Int64($0) }, shape: shape, type: .int64, device: device)
    }

    /// Token ids as 64-bit whole numbers, row-major; see `init(_:shape:device:)` with floats.
    public convenience init(_ ids: [TokenID], shape: [Int]? = nil, device: Device = .cpu) throws(LocatedError)
    {
        try self.init(copying: ids.map { Int64($0) }, shape: shape, type: .int64, device: device)
    }

    private convenience init<Number: BitwiseCopyable>(
        copying values: [Number], shape: [Int]?, type: ScalarType, device: Device
    ) throws(LocatedError) {
        let made = values.withUnsafeBytes { bytes in
            Result { () throws(LocatedError) in
                try Self.bytes(bytes, shape: shape ?? [values.count], type: type, device: device)
            }
        }
        self.init(try made.get())
    }

    /// The handle of a tensor that holds a copy of the bytes.
    static func bytes(
        _ bytes: UnsafeRawBufferPointer, shape: [Int], type: ScalarType, device: Device
    ) throws(LocatedError) -> tt_tensor {
        let handle = withLengths(shape) { lengths, count in
            tt_from_bytes(
                bytes.baseAddress, bytes.count, lengths, count, type.shimType, device.shimDevice)
        }
        guard let handle else { throw failure(of: "tensor \(shape)", on: []) }
        return handle
    }

    /// A tensor with `value` everywhere.
    public static func full(
        _ value: Double, _ shape: [Int], type: ScalarType = .float32, device: Device = .cpu
    ) throws(LocatedError) -> Tensor {
        try Tensor("full \(shape)", []) {
            withLengths(shape) { tt_full(value, $0, $1, type.shimType, device.shimDevice) }
        }
    }

    /// A tensor of zeros.
    public static func zeros(
        _ shape: [Int], type: ScalarType = .float32, device: Device = .cpu
    ) throws(LocatedError) -> Tensor {
        try full(0, shape, type: type, device: device)
    }

    /// A tensor of ones.
    public static func ones(
        _ shape: [Int], type: ScalarType = .float32, device: Device = .cpu
    ) throws(LocatedError) -> Tensor {
        try full(1, shape, type: type, device: device)
    }

    /// The whole numbers of a range, ascending.
    public static func range(
        _ range: Range<Int>, type: ScalarType = .int64, device: Device = .cpu
    ) throws(LocatedError) -> Tensor {
        try Tensor("range \(range)", []) {
            tt_arange(Double(range.lowerBound), Double(range.upperBound), 1, type.shimType, device.shimDevice)
        }
    }

    /// The numbers as 32-bit floats, row-major.
    public func floats() throws(LocatedError) -> [Float] { try numbers(.float32, 0) }

    /// The numbers as 64-bit floats, row-major.
    public func doubles() throws(LocatedError) -> [Double] { try numbers(.float64, 0) }

    /// The numbers as whole numbers, row-major; fractions are cut off.
    public func integers() throws(LocatedError) -> [Int] { try numbers(.int64, Int64(0)).map { Int($0) } }

    /// The only number of a tensor that has one.
    ///
    /// - Throws: `LocatedError` when there are none or several.
    public func item() throws(LocatedError) -> Double {
        var value = 0.0
        try perform("item", [self]) { tt_item(handle, &value) }
        return value
    }

    private func numbers<Number: BitwiseCopyable>(
        _ type: ScalarType, _ zero: Number
    ) throws(LocatedError) -> [Number] {
        let converted = try converted(to: type)
        var numbers = [Number](repeating: zero, count: converted.count)
        try converted.copyBytes(into: &numbers)
        return numbers
    }

    /// Writes the numbers, row-major, in the tensor's own type, over all of `numbers`.
    func copyBytes<Number: BitwiseCopyable>(into numbers: inout [Number]) throws(LocatedError) {
        try perform("copy", [self]) {
            numbers.withUnsafeMutableBytes { tt_to_bytes(handle, $0.baseAddress, $0.count) }
        }
    }

    /// The numbers in another type; itself when it has that type.
    public func converted(to type: ScalarType) throws(LocatedError) -> Tensor {
        try Tensor("convert to \(type)", [self]) { tt_converted(handle, type.shimType) }
    }

    /// The tensor on another device.
    public func moved(to device: Device) throws(LocatedError) -> Tensor {
        try Tensor("move to \(device)", [self]) { tt_moved(handle, device.shimDevice) }
    }

    /// A copy that shares no memory with this tensor.
    public func copy() throws(LocatedError) -> Tensor {
        try Tensor("copy", [self]) { tt_clone(handle) }
    }

    /// Takes over the numbers of `source`, in place and unseen by gradients.
    ///
    /// - Throws: `LocatedError` when the shapes do not fit by broadcasting.
    public func assign(_ source: Tensor) throws(LocatedError) {
        try perform("assign", [self, source]) { tt_copy_into(handle, source.handle) }
    }
}
