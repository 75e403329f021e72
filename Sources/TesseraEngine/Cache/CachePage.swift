internal import TesseraCore

/// A page of a cache: the keys and values of some consecutive tokens of a text.
///
/// Sendable because its bytes change only while one text holds it and it is not in the pool's index, and what the
/// pool knows of it is read and written under the pool's lock.
final class CachePage: @unchecked Sendable {
    let memory: Memory

    /// The texts that hold it.
    var holders = 1

    /// Its name in the index; nil while it is not there.
    var key: Key?

    /// Its number in the index, never given twice, which names it as the parent of others.
    var serial: UInt64 = 0

    init(bytes: Int) throws(LocatedError) {
        memory = try Memory(bytes, of: UInt8.self, for: "a page of the key/value cache")
    }

    /// The first byte.
    var base: UnsafePointer<UInt8> { UnsafePointer(memory.pointer(to: UInt8.self)) }

    /// What makes two pages equal: the page before and the tokens themselves.
    ///
    /// Pages before are in the index themselves, so equal keys mean equal texts from the beginning. Compared in
    /// full; a hash only finds the place to look.
    struct Key: Hashable {
        let before: Before
        let tokens: [TokenID]
    }

    /// What comes before a page.
    enum Before: Hashable {
        /// Nothing: a first page. Models may rotate the same tokens in several ways, told apart by a number.
        case start(variant: Int)

        /// The page of this number.
        case page(UInt64)
    }
}
