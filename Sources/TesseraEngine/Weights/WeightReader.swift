internal import CTesseraKernels
internal import TesseraCore
internal import TesseraFiles

/// Looks up what an architecture names, adds up its bytes and keeps its files mapped.
///
/// Only vectors, a thousandth of a model, and matrices that a file has transposed get memory of their own.
struct WeightReader {
    private let lookup: TensorLookup
    private(set) var byteCount = 0
    private(set) var storage = Storage()

    /// What weights point into; they are good as long as this lives.
    struct Storage {
        fileprivate var files: [MappedFile] = []
        fileprivate var memories: [Memory] = []
    }

    /// What is left of the last block of memory for vectors.
    private var free: UnsafeMutableBufferPointer<Float>

    init(_ source: any TensorSource, _ names: TensorNames) {
        lookup = TensorLookup(source: source, names: names)
        free = UnsafeMutableBufferPointer(start: nil, count: 0)
    }

    /// The tensors that the architecture names for a layer, or for the model when `layer` is nil.
    ///
    /// - Throws: `LocatedError` for a tensor that is missing, has the wrong shape or a type without kernels, and for a
    ///   bias beside it that the architecture does not have.
    mutating func tensors(
        _ specifications: [TensorSpecification], layer: Int? = nil
    ) throws(LocatedError) -> LayerTensors {
        var tensors = LayerTensors(file: lookup.source.path)
        let biased = Set(specifications.lazy.filter(\.isBias).map(\.role))
        for specification in specifications {
            if !specification.isBias, !biased.contains(specification.role) {
                try lookup.refuseBias(beside: specification, layer: layer)
            }
            let tensor = try find(specification, layer)
            if specification.shape.count == 2 {
                tensors.add(try matrix(specification, tensor), as: specification.role)
            } else {
                tensors.add(
                    try vector(specification, tensor), as: specification.role, isBias: specification.isBias)
            }
        }
        return tensors
    }

    /// The layers of the model in order, and the bytes of each one's tensors, as stored.
    ///
    /// - Throws: as `tensors(_:layer:)` does.
    mutating func layers(
        _ c: ModelConfiguration
    ) throws(LocatedError) -> (layers: [DecoderLayer], byteCounts: [Int]) {
        let architecture = c.architecture.definition
        let specifications = architecture.layerTensors(c)
        var layers: [DecoderLayer] = []
        var byteCounts: [Int] = []
        // A missing tensor ends this loop, so a file that claims too many layers costs no more than it holds.
        for (index, plan) in c.layers.enumerated() {
            let before = byteCount
            let tensors = try self.tensors(specifications, layer: index)
            layers.append(try architecture.layer(tensors, plan, c))
            byteCounts.append(byteCount - before)
        }
        return (layers, byteCounts)
    }

    private mutating func find(
        _ specification: TensorSpecification, _ layer: Int?
    ) throws(LocatedError) -> TensorView {
        let tensor = try lookup.find(specification, layer: layer)
        byteCount += tensor.bytes.count
        if !storage.files.contains(where: { $0 === tensor.file }) { storage.files.append(tensor.file) }
        return tensor
    }

    private mutating func matrix(
        _ specification: TensorSpecification, _ tensor: TensorView
    ) throws(LocatedError) -> Matrix {
        let (rows, columns) = (specification.shape[0], specification.shape[1])
        guard lookup.names.storage(specification) == .transposed else {
            return try Matrix(tensor, rows: rows, columns: columns)
        }
        let stored = try Matrix(tensor, rows: columns, columns: rows)
        let memory = try stored.transposed(name: tensor.name, file: tensor.file.path)
        storage.memories.append(memory)
        return Matrix(format: stored.format, weights: memory.base, rows: rows, columns: columns)
    }

    private mutating func vector(
        _ specification: TensorSpecification, _ tensor: TensorView
    ) throws(LocatedError) -> UnsafePointer<Float> {
        let count = specification.shape[0]
        let vector = try Matrix(vector: tensor, columns: count)
        let floats = try room(for: count)
        tk_dequantize_row(TK_ISA_PORTABLE, vector.format, vector.weights, count, floats)
        if lookup.names.storage(specification) == .lessOne {
            for index in 0..<count { floats[index] += 1 }
        }
        return UnsafePointer(floats)
    }

    private mutating func room(for count: Int) throws(LocatedError) -> UnsafeMutablePointer<Float> {
        if free.count < count {
            let block = try Memory(max(count, Self.blockSize), of: Float.self, for: "norms and biases")
            storage.memories.append(block)
            free = UnsafeMutableBufferPointer(
                start: block.pointer(to: Float.self), count: max(count, Self.blockSize))
        }
        guard let floats = free.baseAddress else {
            throw LocatedError(problem: "a vector of no numbers", remedy: "report this as a bug")
        }
        // Whole cache lines, so that every vector begins on one.
        let taken = min(free.count, (count + 15) / 16 * 16)
        free = UnsafeMutableBufferPointer(rebasing: free[taken...])
        return floats
    }

    /// The floats of a block of memory for vectors.
    private static var blockSize: Int { 1 << 14 }
}

extension Matrix {
    /// The same numbers with rows and columns exchanged, for formats without blocks.
    fileprivate func transposed(name: String, file: String) throws(LocatedError) -> Memory {
        switch format {
        case TK_F32: return try transposed(as: UInt32.self)
        case TK_F16, TK_BF16: return try transposed(as: UInt16.self)
        default:
            throw LocatedError(
                file: file, field: name, problem: "is transposed and quantised, which do not go together",
                remedy: "use a model in F32, F16 or BF16")
        }
    }

    private func transposed<Bits: FixedWidthInteger>(as bits: Bits.Type) throws(LocatedError) -> Memory {
        let memory = try Memory(rows * columns, of: bits, for: "a matrix that the file has transposed")
        let target = memory.pointer(to: bits)
        // In squares, so that both sides stay in the cache.
        for rowBegin in stride(from: 0, to: rows, by: 32) {
            for columnBegin in stride(from: 0, to: columns, by: 32) {
                for row in rowBegin..<min(rows, rowBegin + 32) {
                    for column in columnBegin..<min(columns, columnBegin + 32) {
                        let place = (row * columns + column) * MemoryLayout<Bits>.stride
                        target[column * rows + row] = weights.loadUnaligned(fromByteOffset: place, as: bits)
                    }
                }
            }
        }
        return memory
    }
}
