internal import Dispatch
internal import Synchronization

/// Calls `body` with every block of `0..<count` on several threads at once, and returns when all are done.
///
/// Blocks are handed out in order as threads become free; which thread gets which is not fixed, so what `body` does
/// with a block must not depend on others.
///
/// - Parameters:
///   - count: the number of elements.
///   - blockSize: the most elements of a block.
///   - threads: the number of threads, this one included; 1 runs everything here.
///   - body: is given the elements of a block and the number of the worker, below `threads`; calls with the same
///     worker never overlap.
public func forEachBlock(
    of count: Int, blockSize: Int, threads: Int, _ body: @Sendable (Range<Int>, _ worker: Int) -> Void
) {
    let size = max(blockSize, 1)
    let blocks = count / size + (count % size == 0 ? 0 : 1)
    let workers = min(max(threads, 1), blocks)
    guard workers > 1 else {
        for block in 0..<blocks { body(block * size..<min(count, (block + 1) * size), 0) }
        return
    }
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
        while true {
            let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard block < blocks else { break }
            body(block * size..<min(count, (block + 1) * size), worker)
        }
    }
}
