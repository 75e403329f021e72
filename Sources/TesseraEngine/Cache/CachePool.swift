internal import Synchronization
internal import TesseraCore

/// The pages of all caches of a model, up to a limit of bytes, and an index of the full ones by their tokens.
///
/// Pages that no text holds any more stay for texts that begin alike, and go, least recently used first, when room
/// is needed. Without a limit nobody would say when that is, so then they go at once.
///
/// After Kwon et al., "PagedAttention", arXiv:2309.06180, sections 4.1 to 4.3; the index is a tree of prefixes as in
/// Zheng et al., "SGLang", arXiv:2312.07104, section 3.
///
/// Sendable because everything that changes is reached under the lock.
final class CachePool: @unchecked Sendable {
    let shape: CacheShape
    let byteLimit: Int?

    private let lock = Mutex(())
    private var index: [CachePage.Key: CachePage] = [:]
    private var heldPages = 0
    private var idle: [CachePage] = []  // in the order of their release
    private var lastSerial: UInt64 = 0

    /// - Throws: `LocatedError` when the limit is below a page, so that no text could be read.
    init(shape: CacheShape, byteLimit: Int?) throws(LocatedError) {
        if let byteLimit, byteLimit < shape.pageBytes {
            throw LocatedError(
                field: "cache", problem: "\(byteLimit) bytes do not hold a page of \(shape.pageBytes)",
                remedy: "allow the cache more memory"
            )
        }
        self.shape = shape
        self.byteLimit = byteLimit
    }

    /// The memory taken now.
    var use: CacheUse {
        lock.withLock { _ in
            CacheUse(
                pageTokens: CacheShape.pageTokens, pageBytes: shape.pageBytes, byteLimit: byteLimit,
                heldBytes: heldPages * shape.pageBytes, idleBytes: idle.count * shape.pageBytes
            )
        }
    }

    /// Gives `count` pages, held once each, or none.
    ///
    /// - Throws: `LocatedError` when the limit leaves no room for them beside those that texts hold, or the system
    ///   refuses memory.
    func take(_ count: Int) throws(LocatedError) -> [CachePage] {
        try lock.withLock { (_) throws(LocatedError) in
            if let byteLimit {
                let most = byteLimit / shape.pageBytes
                guard count <= most - heldPages else { throw full(count, most) }
                while count > most - heldPages - idle.count { evictFirst() }
            }
            var pages: [CachePage] = []
            for _ in 0..<count { pages.append(try CachePage(bytes: shape.pageBytes)) }
            heldPages += count
            return pages
        }
    }

    /// Counts one more holder of each page.
    func hold(_ pages: [CachePage]) {
        lock.withLock { _ in
            for page in pages { page.holders += 1 }
        }
    }

    /// Counts one holder less of each page of a text, the last page first.
    func release(_ pages: some BidirectionalCollection<CachePage>) {
        lock.withLock { _ in
            for page in pages.reversed() { release(page) }
        }
    }

    /// The page with `tokens` that follows `before`, held once more; nil when no text has read them.
    func find(_ key: CachePage.Key) -> CachePage? {
        lock.withLock { _ in
            guard let page = index[key] else { return nil }
            hold(page)
            return page
        }
    }

    /// Puts a full page into the index, held by one text, which must not write to it any more.
    ///
    /// - Returns: the page to use from now on: another one when the index has an equal one already.
    func publish(_ page: CachePage, as key: CachePage.Key) -> CachePage {
        lock.withLock { _ in
            if let equal = index[key] {
                hold(equal)
                release(page)
                return equal
            }
            lastSerial += 1
            page.serial = lastSerial
            page.key = key
            index[key] = page
            return page
        }
    }

    /// Whether a text that holds `page` may write to it; takes it out of the index where nobody would miss it.
    func makeWritable(_ page: CachePage) -> Bool {
        lock.withLock { _ in
            guard page.holders == 1 else { return false }
            if let key = page.key {
                // With a limit, the page stays for other texts, and the caller takes a new one.
                guard byteLimit == nil else { return false }
                index[key] = nil
                page.key = nil
            }
            return true
        }
    }

    private func hold(_ page: CachePage) {
        if page.holders == 0 {
            idle.removeAll { $0 === page }
            heldPages += 1
        }
        page.holders += 1
    }

    private func release(_ page: CachePage) {
        page.holders -= 1
        guard page.holders == 0 else { return }
        heldPages -= 1
        if page.key != nil, byteLimit != nil {
            idle.append(page)
        } else if let key = page.key {
            index[key] = nil
        }
    }

    /// Forgets the idle page that was released first.
    ///
    /// A text releases its last page first, and holds every page before those that it holds: the first one released
    /// is the parent of none.
    private func evictFirst() {
        if !idle.isEmpty, let key = idle.removeFirst().key { index[key] = nil }
    }

    private func full(_ count: Int, _ most: Int) -> LocatedError {
        LocatedError(
            field: "cache",
            problem: "\(count) more pages of \(shape.pageBytes) bytes do not fit: "
                + "\(heldPages) of \(most) are held by texts",
            remedy: "wait for texts to end, use shorter ones or allow the cache more memory"
        )
    }
}
