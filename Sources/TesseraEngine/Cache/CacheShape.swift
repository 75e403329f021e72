internal import CTesseraKernels

/// What the pages of a cache look like.
///
/// A page holds `pageTokens` tokens, laid out `[layer, head, keys and values, token, headSize]`: attention reads one
/// head's tokens in a row.
struct CacheShape: Equatable {
    let layers: Int
    let heads: Int
    let headSize: Int
    let format: tk_format

    /// The tokens of a page: those that attention reduces together.
    static let pageTokens = Int(TK_PAGE)

    /// The bytes of one head's key or value.
    var rowBytes: Int { tk_cache_row_bytes(format, headSize) }

    /// The bytes from a key to its value.
    var valueOffset: Int { Self.pageTokens * rowBytes }

    /// The bytes kept for a token: a key and a value for every layer and head.
    ///
    /// A model whose weights are in memory is far too small for this to overflow: each layer's key projection has
    /// more weights than a token has keys.
    var tokenBytes: Int { 2 * layers * heads * rowBytes }

    /// The bytes of a page.
    var pageBytes: Int { Self.pageTokens * tokenBytes }

    /// Where the keys of a head begin in a page.
    func offset(layer: Int, head: Int) -> Int { 2 * (layer * heads + head) * valueOffset }

    /// The pages that `tokens` tokens need.
    static func pages(for tokens: Int) -> Int { (tokens + pageTokens - 1) / pageTokens }
}

/// The page table of a text, as passes see it: slot s lies in page s / `CacheShape.pageTokens`.
typealias PageTable = UnsafeMutablePointer<UnsafePointer<UInt8>?>

extension CacheShape {
    /// One head of one layer of a text, as attention reads it.
    func head(_ head: Int, layer: Int, of pages: PageTable) -> tk_kv {
        tk_kv(
            pages: UnsafePointer(pages), offset: offset(layer: layer, head: head), value_offset: valueOffset,
            stride: rowBytes, format: format, head_size: headSize
        )
    }

    /// Where the key of a slot is kept; `valueOffset` bytes further is its value.
    func key(_ slot: Int, layer: Int, head: Int, of pages: PageTable) -> UnsafeMutableRawPointer? {
        guard let page = pages[slot / Self.pageTokens] else { return nil }
        let offset = offset(layer: layer, head: head) + slot % Self.pageTokens * rowBytes
        return UnsafeMutableRawPointer(mutating: page) + offset
    }

    /// Keeps the key of a token, `key[headSize]`.
    func storeKey(
        _ key: UnsafePointer<Float>, slot: Int, layer: Int, head: Int, of pages: PageTable, _ isa: tk_isa
    ) {
        if let target = self.key(slot, layer: layer, head: head, of: pages) {
            tk_store_cache_row(isa, format, key, headSize, target)
        }
    }

    /// Keeps floats `range` of the values of all heads of a token, which begin at `values`.
    ///
    /// `range` begins and ends at multiples of `valueUnit`.
    func storeValues(
        _ range: Range<Int>, of values: UnsafePointer<Float>, slot: Int, layer: Int, of pages: PageTable,
        _ isa: tk_isa
    ) {
        var begin = range.lowerBound
        while begin < range.upperBound {
            let head = begin / headSize
            let inside = begin - head * headSize
            let end = min(range.upperBound, (head + 1) * headSize)
            if let key = key(slot, layer: layer, head: head, of: pages) {
                let target = key + valueOffset + tk_cache_row_bytes(format, inside)
                tk_store_cache_row(isa, format, values + begin, end - begin, target)
            }
            begin = end
        }
    }

    /// Puts the key and value of a slot into another one.
    func copy(_ slot: Int, to target: Int, layer: Int, head: Int, of pages: PageTable) {
        guard let from = key(slot, layer: layer, head: head, of: pages),
            let to = key(target, layer: layer, head: head, of: pages)
        else { return }
        to.copyMemory(from: from, byteCount: rowBytes)
        (to + valueOffset).copyMemory(from: from + valueOffset, byteCount: rowBytes)
    }

    /// The floats of a value that are stored together: whole blocks of the 8-bit format, within one head.
    var valueUnit: Int { headSize.isMultiple(of: 32) ? 32 : headSize }
}
