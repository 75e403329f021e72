#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Plain memory, all zero at first, that costs nothing until it is touched.
///
/// Large memory is asked for in huge pages where the system has them: looking up words and pairs all over a table of
/// megabytes then misses the translation of addresses less often, and touching it first takes fewer page faults.
struct ZeroedMemory: @unchecked Sendable {
    /// Where it starts; aligned to 64 bytes.
    let start: UnsafeMutableRawPointer

    /// What was mapped; zero: the memory comes from the allocator.
    private let mappedBytes: Int
    private let mapped: UnsafeMutableRawPointer

    private static let hugePage = 2 << 20

    /// Takes `byteCount` bytes; nil when there are none.
    init?(byteCount: Int) {
        #if os(Linux)
        if byteCount >= Self.hugePage {
            let bytes = byteCount + Self.hugePage
            let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let memory, memory != MAP_FAILED else { return nil }
            let past = Int(bitPattern: memory) & (Self.hugePage - 1)
            start = memory + (past == 0 ? 0 : Self.hugePage - past)
            mapped = memory
            mappedBytes = bytes
            // Without huge pages the memory works all the same.
            _ = madvise(start, byteCount, MADV_HUGEPAGE)
            return
        }
        #endif
        // Enough for the next multiple of a cache line.
        guard let memory = calloc(byteCount + 64, 1) else { return nil }
        let past = Int(bitPattern: memory) & 63
        start = memory + (past == 0 ? 0 : 64 - past)
        mapped = memory
        mappedBytes = 0
    }

    /// Gives the memory back.
    func deallocate() {
        #if os(Linux)
        if mappedBytes > 0 {
            munmap(mapped, mappedBytes)
            return
        }
        #endif
        free(mapped)
    }
}
