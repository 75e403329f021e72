internal import CTesseraKernels
public import TesseraCore

/// The keys and values of the tokens read so far, for every layer and key/value head.
///
/// Kept in pages that are taken from the model's pool as the text grows and given back when it is truncated or the
/// cache is freed. Texts that begin alike share the pages that are full; whoever changes a shared page gets a copy.
///
/// A cache belongs to the model that made it. One caller uses it at a time.
public final class KeyValueCache: HeadwiseCache {
    /// The tokens it has room for.
    public let capacity: Int

    let pool: CachePool

    /// The pages in order, as passes see them; room for `capacity` tokens.
    let table: PageTable

    /// Which of the model's tables turns its keys.
    let variant: Int
    private let tableMemory: Memory
    private var pages: [CachePage] = []

    /// What is held in each slot.
    private var slots: [Slot] = []

    /// The slots from the first on that are a text in line, whose full pages other texts may share.
    private var plainCount = 0

    /// The pages from the first on that are in the pool's index.
    private var publishedCount = 0

    /// The draft tree that was read last, until it is cut to one of its paths.
    private var tree: DraftTree?

    private struct Slot {
        /// Only of a text in line, or of a draft: once heads keep different tokens, it is that of none.
        let token: TokenID
        /// The position that the key is rotated to: that of the slot, unless tokens before it were left out.
        let position: Int32
    }

    private struct DraftTree {
        let base: Int
        var parents: [Int]
    }

    /// - Parameter variant: tells caches apart that rotate the same tokens in different ways; they share nothing.
    init(pool: CachePool, capacity: Int, variant: Int = 0) throws(LocatedError) {
        self.pool = pool
        self.capacity = capacity
        self.variant = variant
        let count = CacheShape.pages(for: capacity)
        tableMemory = try Memory(count, of: UnsafePointer<UInt8>?.self, for: "the pages of a text")
        table = tableMemory.pointer(to: UnsafePointer<UInt8>?.self)
        table.initialize(repeating: nil, count: count)
    }

    /// A cache that holds what `original` holds, in the same pages.
    convenience init(copying original: KeyValueCache, capacity: Int) throws(LocatedError) {
        try self.init(pool: original.pool, capacity: capacity, variant: original.variant)
        pool.hold(original.pages)
        for page in original.pages { append(page) }
        slots = original.slots
        plainCount = original.plainCount
        publishedCount = original.publishedCount
        tree = original.tree
    }

    deinit { pool.release(pages) }

    /// The tokens held.
    public var count: Int { slots.count }

    /// The bytes of the pages held, shared ones included.
    public var byteCount: Int { pages.count * pool.shape.pageBytes }

    /// The position after that of the last token.
    var nextPosition: Int { slots.last.map { Int($0.position) + 1 } ?? 0 }

    /// Whether it ends in the branches of a draft tree.
    var isBranched: Bool { tree != nil }

    /// Forgets every token from position `count` on; does nothing when there are fewer.
    public func truncate(to count: Int) {
        let count = max(0, count)
        guard count < slots.count else { return }
        slots.removeLast(slots.count - count)
        plainCount = min(plainCount, count)
        if let tree { setTree(tree.parents.prefix(max(0, count - tree.base)), base: tree.base) }
        releasePages(beyond: CacheShape.pages(for: count))
    }

    private func releasePages(beyond count: Int) {
        guard count < pages.count else { return }
        pool.release(pages[count...])
        pages.removeLast(pages.count - count)
        publishedCount = min(publishedCount, count)
    }

    /// Takes over what this model has read of `tokens` for other texts, as far as it is still in memory.
    ///
    /// Whole pages only. Goes on after the tokens held, which must be the first of `tokens`; the last of `tokens` is
    /// never taken over.
    ///
    /// - Returns: the tokens held afterwards.
    public func adopt(_ tokens: [TokenID]) -> Int {
        guard plainCount == count, count < tokens.count,
            slots.indices.allSatisfy({ slots[$0].token == tokens[$0] })
        else { return count }
        let size = CacheShape.pageTokens
        var index = count / size
        while (index + 1) * size <= min(tokens.count - 1, capacity), index <= publishedCount,
            let page = pool.find(key(of: tokens[index * size..<(index + 1) * size], page: index))
        {
            releasePages(beyond: index)  // its own beginning of this page
            append(page)
            publishedCount = index + 1
            for position in slots.count..<(index + 1) * size {
                slots.append(Slot(token: tokens[position], position: Int32(position)))
            }
            plainCount = slots.count
            index += 1
        }
        return count
    }

    /// Keeps, of the tokens held from `base` on, only those at `base + rows[0]`, `base + rows[1]`, …, in that order.
    ///
    /// Keys stay rotated to the positions that they were read at. Takes time for every row that moves.
    ///
    /// - Throws: `LocatedError` when a page that other texts share must be copied and the pool has none left; the
    ///   cache is then as it was. This does not happen with rows of a draft tree that was just read.
    public func keep(_ rows: [Int], from base: Int) throws(LocatedError) {
        guard (0..<slots.count).contains(base) else { return }
        var kept: [Int] = []
        for row in rows where row >= 0 && row < slots.count - base && base + row > kept.last ?? -1 {
            kept.append(base + row)
        }
        let unmoved = kept.indices.prefix { kept[$0] == base + $0 }.count
        let size = CacheShape.pageTokens
        if unmoved < kept.count {
            try makeWritable((base + unmoved) / size..<CacheShape.pages(for: base + kept.count))
            for index in unmoved..<kept.count { move(kept[index], to: base + index) }
        }
        let plain = plainCount(keeping: kept, from: base)
        slots.replaceSubrange(base..., with: kept.map { slots[$0] })
        plainCount = plain
        tree = nil
        releasePages(beyond: CacheShape.pages(for: slots.count))
        publishFullPages()
    }

    /// How many slots are a text in line when only `kept` are left of those from `base` on.
    private func plainCount(keeping kept: [Int], from base: Int) -> Int {
        guard base <= plainCount else { return plainCount }
        var plain = base
        for slot in kept {
            let parent: Int
            if slot < plainCount {
                parent = slot - 1
            } else if let tree, tree.base == plainCount {
                let index = tree.parents[slot - tree.base]
                parent = index < 0 ? tree.base - 1 : tree.base + index
            } else {
                break
            }
            guard parent == (plain == base ? base - 1 : kept[plain - base - 1]) else { break }
            plain += 1
        }
        return plain
    }

    private func move(_ slot: Int, to target: Int) {
        for layer in 0..<pool.shape.layers {
            for head in 0..<pool.shape.heads {
                pool.shape.copy(slot, to: target, layer: layer, head: head, of: table)
            }
        }
    }

    /// Gives up all but `count` entries of every head; see `HeadwiseCache`.
    ///
    /// Whole pages are freed. Takes time for every entry that moves. What is kept is shared with no later text.
    public func compact(
        to count: Int, moving moves: (_ layer: Int, _ head: Int) -> [EntryMove]
    ) throws(LocatedError) {
        let count = max(0, count)
        guard count < slots.count, let last = slots.last else { return }
        let shape = pool.shape
        let all = (0..<shape.layers * shape.heads).map { moves($0 / shape.heads, $0 % shape.heads) }
        for move in all.joined() {
            guard slots.indices.contains(move.source), (0..<count).contains(move.target) else {
                throw LocatedError(
                    field: "cache", problem: "place \(move.source) does not go to \(move.target) of \(count)",
                    remedy: "move entries that are held, to places that are kept")
            }
        }
        try makeWritable(0..<CacheShape.pages(for: count))
        for (index, moves) in all.enumerated() {
            for move in moves {
                shape.copy(
                    move.source, to: move.target, layer: index / shape.heads, head: index % shape.heads,
                    of: table)
            }
        }
        // All take the position of the last token, which the next one follows.
        slots = Array(repeating: last, count: count)
        plainCount = 0
        tree = nil
        releasePages(beyond: CacheShape.pages(for: count))
    }
}

// What the engine does with it.
extension KeyValueCache {
    /// The pages that room for `tokens` more takes from the pool.
    func pagesWanted(for tokens: Int) -> Int {
        let more = CacheShape.pages(for: count + tokens) - pages.count
        if count.isMultiple(of: CacheShape.pageTokens) { return more }
        return makeWritable(pages.count - 1) ? more : more + 1
    }

    /// Makes room for `tokens` more with pages from `fresh`, of which there are `pagesWanted(for:)`.
    func makeRoom(for tokens: Int, from fresh: inout [CachePage]) {
        let last = pages.count - 1
        if !count.isMultiple(of: CacheShape.pageTokens), !makeWritable(last) { replace(last, from: &fresh) }
        while pages.count < CacheShape.pages(for: count + tokens), let page = fresh.popLast() { append(page) }
    }

    /// Counts tokens that every layer has stored, those of a draft tree where they have parents.
    func grow(by tokens: [TokenID], parents: [Int]?) {
        let base = count
        let first = nextPosition
        for (index, token) in tokens.enumerated() {
            let position: Int
            if let parents {
                position = parents[index] < 0 ? first : Int(slots[base + parents[index]].position) + 1
            } else {
                position = first + index
            }
            slots.append(Slot(token: token, position: Int32(truncatingIfNeeded: position)))
        }
        setTree((parents ?? [])[...], base: base)
        if tree == nil, plainCount == base { plainCount = count }
        publishFullPages()
    }

    private func makeWritable(_ range: Range<Int>) throws(LocatedError) {
        let shared = range.filter { !makeWritable($0) }
        var fresh = try pool.take(shared.count)
        for index in shared { replace(index, from: &fresh) }
    }

    /// Whether a page may be written to as it is; else it must be replaced by a copy.
    private func makeWritable(_ index: Int) -> Bool {
        publishedCount = min(publishedCount, index)
        return pool.makeWritable(pages[index])
    }

    private func replace(_ index: Int, from fresh: inout [CachePage]) {
        guard let page = fresh.popLast() else { return }
        page.memory.base.copyMemory(from: pages[index].base, byteCount: pool.shape.pageBytes)
        pool.release(CollectionOfOne(pages[index]))
        pages[index] = page
        table[index] = page.base
    }

    private func append(_ page: CachePage) {
        table[pages.count] = page.base
        pages.append(page)
    }

    /// Remembers a draft tree, unless it is a line.
    private func setTree(_ parents: ArraySlice<Int>, base: Int) {
        let isLine = parents.enumerated().allSatisfy { $1 == $0 - 1 }
        tree = isLine ? nil : DraftTree(base: base, parents: Array(parents))
        if isLine, plainCount == base { plainCount += parents.count }
    }

    private func key(of tokens: ArraySlice<TokenID>, page index: Int) -> CachePage.Key {
        CachePage.Key(
            before: index == 0 ? .start(variant: variant) : .page(pages[index - 1].serial),
            tokens: Array(tokens))
    }

    private func publishFullPages() {
        let size = CacheShape.pageTokens
        while publishedCount < plainCount / size {
            let index = publishedCount
            let tokens = slots[index * size..<(index + 1) * size].map(\.token)
            let page = pool.publish(pages[index], as: key(of: tokens[...], page: index))
            pages[index] = page
            table[index] = page.base
            publishedCount += 1
        }
    }
}
