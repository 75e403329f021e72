internal import CTesseraKernels
public import TesseraCore

/// The keys and values of the tokens read so far, for every layer and key/value head.
///
/// Laid out `[layer, head, position, headSize]`, so that attention reads one head's positions in a row; float16 in
/// the fast precision, float32 in the float32 one. Memory is reserved whole and touched as it fills.
public final class KeyValueCache: CausalCache {
    /// The tokens held.
    public private(set) var count = 0

    /// The tokens it has room for.
    public let capacity: Int

    let shape: CacheShape
    private let keys: UnsafeMutableRawPointer
    private let values: UnsafeMutableRawPointer
    private let memory: Memory

    init(shape: CacheShape, capacity: Int) throws(LocatedError) {
        let (floats, overflow) = shape.valuesPerToken.multipliedReportingOverflow(by: capacity)
        guard !overflow else {
            throw LocatedError(
                field: "context", problem: "a cache of \(capacity) tokens is larger than the address space",
                remedy: "ask for a shorter context"
            )
        }
        memory =
            shape.format == TK_F16
            ? try Memory(floats, of: UInt16.self, for: "the key/value cache")
            : try Memory(floats, of: Float.self, for: "the key/value cache")
        keys = memory.base
        values = memory.base + memory.byteCount / 2
        self.shape = shape
        self.capacity = capacity
    }

    /// Forgets every token from position `count` on; does nothing when there are fewer.
    public func truncate(to count: Int) {
        self.count = min(self.count, max(0, count))
    }

    /// Counts `tokens` more, once every layer has stored them.
    func grow(by tokens: Int) { count += tokens }

    /// The bytes reserved.
    public var byteCount: Int { memory.byteCount }

    /// The layout, for passes that read and write it.
    var storage: CacheStorage {
        CacheStorage(shape: shape, capacity: capacity, keys: keys, values: values)
    }
}

/// What a cache must match in its model.
struct CacheShape: Equatable {
    let layers: Int
    let heads: Int
    let headSize: Int
    let format: tk_format

    /// The numbers kept for a token: a key and a value for every layer and head.
    ///
    /// A model whose weights are in memory is far too small for this to overflow: each layer's key projection has
    /// more weights than a token has keys.
    var valuesPerToken: Int { 2 * layers * heads * headSize }

    var elementSize: Int { format == TK_F16 ? MemoryLayout<UInt16>.size : MemoryLayout<Float>.size }
}

/// Where a cache keeps what: a plain value for the inner loops, good while the cache lives.
struct CacheStorage {
    let shape: CacheShape
    let capacity: Int
    let keys: UnsafeMutableRawPointer
    let values: UnsafeMutableRawPointer

    /// The bytes of one head's key or value.
    private var stride: Int { shape.headSize * shape.elementSize }

    private func offset(_ layer: Int, _ head: Int, _ position: Int) -> Int {
        ((layer * shape.heads + head) * capacity + position) * stride
    }

    /// One head of one layer, as attention reads it.
    func head(_ head: Int, layer: Int) -> tk_kv {
        let start = offset(layer, head, 0)
        return tk_kv(
            keys: keys + start, values: values + start, key_stride: stride, value_stride: stride,
            format: shape.format, head_size: shape.headSize
        )
    }

    /// Keeps the key of a token, `key[headSize]`.
    func storeKey(_ key: UnsafePointer<Float>, layer: Int, head: Int, position: Int, _ isa: tk_isa) {
        store(key, shape.headSize, at: keys + offset(layer, head, position), isa)
    }

    /// Keeps floats `range` of the values of all heads of a token, which begin at `values`.
    func storeValues(
        _ range: Range<Int>, of values: UnsafePointer<Float>, layer: Int, position: Int, _ isa: tk_isa
    ) {
        var begin = range.lowerBound
        while begin < range.upperBound {
            let head = begin / shape.headSize
            let inside = begin - head * shape.headSize
            let end = min(range.upperBound, (head + 1) * shape.headSize)
            let target = self.values + offset(layer, head, position) + inside * shape.elementSize
            store(values + begin, end - begin, at: target, isa)
            begin = end
        }
    }

    private func store(
        _ floats: UnsafePointer<Float>, _ count: Int, at target: UnsafeMutableRawPointer, _ isa: tk_isa
    ) {
        if shape.format == TK_F16 {
            tk_to_f16(isa, floats, count, target.assumingMemoryBound(to: UInt16.self))
        } else {
            target.assumingMemoryBound(to: Float.self).update(from: floats, count: count)
        }
    }
}
