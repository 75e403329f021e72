import CTesseraKernels
import TesseraTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A cached head of one text in scattered pages, and queries of some of its positions.
struct CachedHead {
    var isa: tk_isa
    var format: tk_format
    var headSize: Int
    var positions: Int
    var window = Int.max
    var keys: [[Float]]
    var values: [[Float]]
    var queries: [[Float]]

    /// The slot of each position; a permutation makes it the branch of a tree from position `tailFrom` on.
    var slots: [Int]
    var tailFrom = Int.max

    var scale: Float { 1 / Float(headSize).squareRoot() }
    var rowBytes: Int { tk_cache_row_bytes(format, headSize) }
    private var gap: Int { 3 }  // bytes between rows that belong to nobody
    private var rowStride: Int { rowBytes + gap }

    init(isa: tk_isa, format: tk_format, headSize: Int, positions: Int, keyScale: Float, seed: UInt64 = 1) {
        var random = SeededGenerator(seed: seed &+ UInt64(headSize * 1000 + positions))
        (self.isa, self.format, self.headSize, self.positions) = (isa, format, headSize, positions)
        keys = (0..<positions).map { _ in random.floats(headSize, in: -keyScale...keyScale) }
        values = (0..<positions).map { _ in random.floats(headSize, in: -1...1) }
        queries = (0..<positions).map { _ in random.floats(headSize) }
        slots = Array(0..<positions)
    }

    /// Lets the last positions lie in other slots, further back and out of order, as the branch of a tree does.
    mutating func branch(from position: Int) {
        tailFrom = position
        let count = positions - position
        let room = count.isMultiple(of: 7) ? count + 1 : count  // steps of 7 meet no slot twice
        for at in position..<positions { slots[at] = position + (at - position) * 7 % room }
    }

    /// A row as the cache keeps it.
    func stored(_ row: [Float]) -> [UInt8] {
        var bytes = Array(repeating: UInt8(0), count: rowBytes)
        tk_store_cache_row(isa, format, row, headSize, &bytes)
        return bytes
    }

    private func from(_ position: Int) -> Int { position >= window ? position + 1 - window : 0 }

    /// The pages, one after another and `gap` bytes off any alignment, in an order that `shuffled` mixes.
    private func withPages<Result>(shuffled: Bool, _ body: (tk_kv) -> Result) -> Result {
        let page = Int(TK_PAGE)
        let count = ((slots.max() ?? 0) + page) / page
        let pageBytes = gap + 2 * page * rowStride
        let order = shuffled ? (0..<count).map { ($0 * 5 + 3) % count } : Array(0..<count)
        precondition(Set(order).count == count)
        var memory = Array(repeating: UInt8(0xff), count: count * pageBytes)  // NaN in every format
        for position in 0..<positions {
            let slot = slots[position]
            let at = order[slot / page] * pageBytes + gap + slot % page * rowStride
            memory.replaceSubrange(at..<at + rowBytes, with: stored(keys[position]))
            let value = at + page * rowStride
            memory.replaceSubrange(value..<value + rowBytes, with: stored(values[position]))
        }
        return memory.withUnsafeBufferPointer { memory in
            let table: [UnsafePointer<UInt8>?] = order.map { index in
                memory.baseAddress.map { $0 + index * pageBytes }
            }
            return table.withUnsafeBufferPointer { table in
                body(
                    tk_kv(
                        pages: table.baseAddress, offset: gap, value_offset: page * rowStride,
                        stride: rowStride,
                        format: format, head_size: headSize))
            }
        }
    }

    /// The results of the queries of `range`, one call for all; in parts of `span` chunks where given.
    func attended(_ range: [Int], shuffled: Bool = false, span: Int? = nil) -> [[Float]] {
        let width = headSize + 5
        var out = Array(repeating: untouched, count: range.count * width)
        var scratch = Array(
            repeating: Float(0), count: tk_attention_scratch_floats(range.count, headSize))
        let tail = slots.dropFirst(min(tailFrom, positions)).map(UInt32.init)
        let flat = range.flatMap { queries[$0] }
        withPages(shuffled: shuffled) { kv in
            withUnsafePointer(to: kv) { kv in
                flat.withUnsafeBufferPointer { flat in
                    tail.withUnsafeBufferPointer { tail in
                        out.withUnsafeMutableBufferPointer { out in
                            let list = range.enumerated().map { index, position in
                                tk_query(
                                    q: flat.baseAddress.map { $0 + index * headSize },
                                    out: out.baseAddress.map { $0 + index * width },
                                    from: from(position), end: position + 1,
                                    tail: tail.isEmpty ? nil : tail.baseAddress, tail_from: tailFrom)
                            }
                            if let span {
                                attendInParts(kv, list, span: span, &scratch)
                            } else {
                                tk_attention(isa, kv, list, list.count, scale, &scratch)
                            }
                        }
                    }
                }
            }
        }
        return range.indices.map { index in
            #expect(out[index * width + headSize..<(index + 1) * width].allSatisfy { $0 == untouched })
            return Array(out[index * width..<index * width + headSize])
        }
    }

    private func attendInParts(
        _ kv: UnsafePointer<tk_kv>, _ list: [tk_query], span: Int, _ scratch: inout [Float]
    ) {
        let size = tk_attention_partial_floats(headSize)
        let chunks = (positions + Int(TK_PAGE) - 1) / Int(TK_PAGE)
        var partials = Array(repeating: Float.nan, count: list.count * chunks * size)
        for first in stride(from: 0, to: chunks, by: span).reversed() {
            tk_attention_partials(
                isa, kv, list, list.count, scale, first, min(first + span, chunks), &partials, chunks * size,
                &scratch)
        }
        for (index, query) in list.enumerated() {
            let first = query.from / Int(TK_PAGE)
            let last = (query.end + Int(TK_PAGE) - 1) / Int(TK_PAGE)
            partials.withUnsafeBufferPointer {
                guard let base = $0.baseAddress else { return }
                tk_attention_merge(isa, base + index * chunks * size, first, last, headSize, query.out)
            }
        }
    }

    /// The definition, in double precision, on the numbers that the cache keeps.
    func expected(_ position: Int) -> [Double] {
        func kept(_ row: [Float]) -> [Double] {
            let bytes = stored(row)
            switch format {
            case TK_F16: return WeightFormat.all[1].exactWeights(bytes[...], headSize)
            case TK_F32: return WeightFormat.all[0].exactWeights(bytes[...], headSize)
            default: return WeightFormat.all[5].exactWeights(bytes[...], headSize)
            }
        }
        let seen = from(position)...position
        let scores = seen.map { p in
            Double(scale) * zip(queries[position], kept(keys[p])).reduce(0) { $0 + Double($1.0) * $1.1 }
        }
        let largest = scores.max() ?? 0
        let weights = scores.map { exp($0 - largest) }
        let total = weights.reduce(0, +)
        var out = Array(repeating: 0.0, count: headSize)
        for (p, weight) in zip(seen, weights) {
            for (i, value) in kept(values[p]).enumerated() { out[i] += weight / total * value }
        }
        return out
    }
}

@Suite("Attention over a cache")
struct KernelsAttentionTests {
    static let formats = [TK_F32, TK_F16, TK_Q8_0]

    static let shapes = [
        (64, 1), (64, 201), (64, 65), (64, 64), (64, 146), (8, 8), (40, 69), (80, 68), (12, 76), (128, 67),
        (256, 130), (96, 129), (10, 70),
    ]

    @Test("agrees with the definition and writes nothing else", arguments: InstructionSet.available, shapes)
    func agrees(isa: InstructionSet, shape: (headSize: Int, positions: Int)) {
        for format in Self.formats {
            for (keyScale, window) in [(Float(1), Int.max), (30, .max), (1, 3), (1, 64), (2, 100)] {
                var head = CachedHead(
                    isa: isa.value, format: format, headSize: shape.headSize, positions: shape.positions,
                    keyScale: keyScale)
                head.window = window
                let some = (0..<shape.positions).filter { $0 % 5 == 0 || $0 > shape.positions - 9 }
                var worst = 0.0
                for (position, row) in zip(some, head.attended(some)) {
                    for (got, expected) in zip(row, head.expected(position)) {
                        worst = max(worst, abs(Double(got) - expected))
                    }
                }
                #expect(worst < (keyScale > 2 ? 5e-5 : 3e-6), "format \(format.rawValue), window \(window)")
            }
        }
    }

    @Test(
        "a query's result is the same bits whoever comes with it and wherever its positions lie",
        arguments: InstructionSet.available, [(64, 1), (64, 2), (20, 1), (64, 0), (20, 0), (256, 1)])
    func independent(isa: InstructionSet, kind: (headSize: Int, format: Int)) {
        for window in [Int.max, 70, 20] {
            var head = CachedHead(
                isa: isa.value, format: Self.formats[kind.format], headSize: kind.headSize, positions: 333,
                keyScale: 2)
            head.window = window
            let all = Array(0..<333)
            let whole = head.attended(all)
            for range in [
                [0], [1], [23, 24], Array(20..<27), Array(24..<75), [332], [5, 300, 6, 301], [200, 100],
            ] {
                #expect(head.attended(range) == range.map { whole[$0] }, "\(range)")
            }
            let some = all.filter { $0 % 11 == 0 }
            #expect(head.attended(some, shuffled: true) == some.map { whole[$0] })
            for span in [1, 2, 3, 6] {
                #expect(head.attended(some, span: span) == some.map { whole[$0] }, "parts of \(span)")
            }

            // As branches of a tree, of which each query sees a different length.
            for first in [0, 63, 64, 65, 250, 320] {
                var branched = head
                branched.branch(from: first)
                let some = all.filter { ($0 + 20 > first && $0 < first + 40) || $0 == 332 }
                #expect(branched.attended(some) == some.map { whole[$0] }, "branch from \(first)")
                #expect(branched.attended(some, shuffled: true, span: 2) == some.map { whole[$0] })
                #expect(branched.attended([332]) == [whole[332]])
            }
        }
    }

    @Test("many chunks are merged as they are one by one", arguments: InstructionSet.available)
    func manyChunks(isa: InstructionSet) {
        for (headSize, window) in [(64, Int.max), (40, 1200)] {
            var head = CachedHead(
                isa: isa.value, format: TK_F16, headSize: headSize, positions: 1230, keyScale: 2)
            head.window = window
            let some = [511, 512, 513, 640, 1023, 1100, 1229]
            #expect(head.attended(some, span: 3) == head.attended(some), "heads of \(headSize)")
        }
    }

    @Test(
        "wider vectors change no bit",
        .enabled(if: tk_isa_available(TK_ISA_AVX2) && tk_isa_available(TK_ISA_AVX512VNNI)), arguments: shapes)
    func wide(shape: (headSize: Int, positions: Int)) {
        for format in Self.formats {
            for window in [Int.max, 20] {
                var head = CachedHead(
                    isa: TK_ISA_AVX2, format: format, headSize: shape.headSize, positions: shape.positions,
                    keyScale: 2)
                head.window = window
                let all = Array(0..<shape.positions)
                let narrow = head.attended(all)
                head.isa = TK_ISA_AVX512VNNI
                #expect(head.attended(all) == narrow, "format \(format.rawValue), window \(window)")
            }
        }
    }

    @Test("positions that are not seen are not looked at", arguments: InstructionSet.available)
    func causality(isa: InstructionSet) {
        for format in Self.formats {
            var head = CachedHead(isa: isa.value, format: format, headSize: 16, positions: 80, keyScale: 1)
            head.window = 40
            let some = Array(30..<80)
            let before = head.attended(some)
            for poisoned in [70, 33] {
                var poison = head
                poison.keys[poisoned] = Array(repeating: .nan, count: 16)
                poison.values[poisoned] = Array(repeating: .infinity, count: 16)
                let after = poison.attended(some)
                for (index, position) in some.enumerated() {
                    if position >= poisoned, position < poisoned + 40 {
                        #expect(after[index].allSatisfy { $0.isNaN })
                    } else {
                        #expect(after[index] == before[index], "position \(position)")
                    }
                }
            }
        }
    }

    @Test("8-bit rows are within half a step, and what is not finite stays so")
    func eightBits() {
        var random = SeededGenerator(seed: 4)
        for size in [32, 64, 80, 10] {
            let row = random.floats(size, in: -7...7)
            var bytes = Array(repeating: UInt8(1), count: tk_cache_row_bytes(TK_Q8_0, size))
            tk_store_cache_row(tk_isa_best(), TK_Q8_0, row, size, &bytes)
            let kept = WeightFormat.all[5].exactWeights(bytes[...], (size + 31) / 32 * 32)
            for (index, value) in row.enumerated() {
                let block = row[index / 32 * 32..<min(size, index / 32 * 32 + 32)]
                // Half a step, and the rounding of the scale to a half times 127 steps.
                let step = Double(block.map(abs).max() ?? 0) / 127
                #expect(abs(kept[index] - Double(value)) <= step * (0.5 + 127.0 / 2048))
            }
            #expect(kept[size...].allSatisfy { $0 == 0 })
            for bad in [Float.nan, .infinity, 1e9] {
                var spoiled = row
                spoiled[3] = bad
                tk_store_cache_row(tk_isa_best(), TK_Q8_0, spoiled, size, &bytes)
                #expect(WeightFormat.all[5].exactWeights(bytes[...], 32).allSatisfy { $0.isNaN })
            }
        }
        var bytes = Array(repeating: UInt8(1), count: 34)
        tk_store_cache_row(tk_isa_best(), TK_Q8_0, Array(repeating: 1e-9, count: 32), 32, &bytes)
        #expect(bytes.allSatisfy { $0 == 0 })
        #expect(tk_cache_row_bytes(TK_Q4_0, 64) == 0)
    }
}
