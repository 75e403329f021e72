internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Uninitialised memory on a cache-line boundary, freed with its owner.
///
/// The system hands out large blocks page by page as they are first written, so room that is never used costs
/// nothing. Unlike Swift's own allocation, a refusal is an error, since sizes come from files and options.
final class Memory {
    /// The first byte, a multiple of 64.
    let base: UnsafeMutableRawPointer

    /// The bytes there are.
    let byteCount: Int

    private let allocation: UnsafeMutableRawPointer

    /// Allocates `count` elements.
    ///
    /// - Throws: `LocatedError` naming `purpose` when the size overflows or the system refuses.
    init<Element>(_ count: Int, of element: Element.Type, for purpose: String) throws(LocatedError) {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflow, bytes >= 0, bytes < Int.max - 64, let allocation = malloc(bytes + 64) else {
            throw LocatedError(
                problem:
                    "the system refused memory for \(purpose) (\(count) x \(MemoryLayout<Element>.stride) bytes)",
                remedy: "ask for a shorter context or use a smaller model"
            )
        }
        self.allocation = allocation
        byteCount = bytes
        base = allocation.alignedUp(toMultipleOf: 64)
    }

    deinit { free(allocation) }

    /// The elements.
    func pointer<Element>(to element: Element.Type) -> UnsafeMutablePointer<Element> {
        base.assumingMemoryBound(to: element)
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func alignedUp(toMultipleOf alignment: Int) -> Self {
        let excess = Int(bitPattern: self) % alignment
        return excess == 0 ? self : self + (alignment - excess)
    }
}
