internal import TesseraCore
internal import TesseraTokenizers
internal import TesseraFiles
package func trial(_ path: String, _ size: Int, _ threads: Int) throws -> [(UInt32, UInt32, UInt32)] {
    let clock = ContinuousClock()
    var t = clock.now
    func lap(_ s: String) { let n = clock.now; print(s, n - t); t = n }
    let cutter = try PieceCutter(normalizer: nil, preTokenizer: .byteLevel(addsPrefixSpace: false, usesExpression: true))
    let table = try countPieces(of: Corpus(files: [path]), with: cutter, cutting: "trial", options: CountingOptions(threads: threads, memoryInBytes: 800 << 20))
    lap("count spilled \(table.isSpilled) texts \(table.textCount)")
    // alphabet: byte-level order
    var order: [UInt32] = []
    var spell: [[UInt8]] = [Array("<|endoftext|>".utf8)]
    var map = [UInt32](repeating: 0, count: 256)
    var byteOf: [(UInt32, Int)] = []
    var next: UInt32 = 0x100
    for b in 0..<256 { let stands = (0x21...0x7e).contains(b) || (0xa1...0xac).contains(b) || b >= 0xae
        if stands { byteOf.append((UInt32(b), b)) } else { byteOf.append((next, b)); next += 1 } }
    byteOf.sort { $0.0 < $1.0 }
    for (c, b) in byteOf { map[b] = UInt32(spell.count); spell.append(Array(String(Unicode.Scalar(c)!).utf8)) }
    _ = order; order = []
    var builder = SymbolArena.Builder()
    try table.forEach { p, c throws(LocatedError) in builder.note(symbols: p.count, count: c) }
    let arena = try builder.build { filler throws(LocatedError) in
        var buf: [UInt32] = []
        try table.forEach { p, c throws(LocatedError) in buf.removeAll(keepingCapacity: true); for b in p { buf.append(map[Int(b)]) }
            buf.withUnsafeBufferPointer { filler.add($0, count: c) } }
    }
    lap("arena \(arena.slots.count) runs \(arena.runs.count)")
    var trainer = MergeTrainer(arena, spellings: spell, limits: MergeLimits(vocabularySize: size))
    lap("pairs \(trainer.queue.count)")
    while trainer.step() {}
    lap("merges \(trainer.merges.count) queue \(trainer.queue.count) places \(trainer.places.count) shared \(trainer.shared.records.count)")
    return trainer.merges.map { ($0.left, $0.right, $0.made) }
}
