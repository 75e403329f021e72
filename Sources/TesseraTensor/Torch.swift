internal import CTesseraTorch
public import TesseraCore

/// The libtorch that this program runs on.
public enum Torch {
    /// Its version, such as `2.15.0`.
    public static var version: String { String(cString: tt_version()) }

    /// The threads that an operation on the CPU uses.
    public static var threadCount: Int { Int(tt_thread_count()) }

    /// Sets the threads that operations on the CPU use from now on.
    ///
    /// - Throws: `LocatedError` for a number below 1.
    public static func setThreadCount(_ count: Int) throws(LocatedError) {
        try perform("threads", []) { tt_set_thread_count(Int32(clamping: count)) }
    }

    /// Has the C library keep the memory of tensors that are freed for those that come.
    ///
    /// glibc gives blocks of 32 MB and more back to the system at once, and a step of training frees and asks for the same
    /// ones each time: the kernel then clears them page by page, which was a quarter of a step in bfloat16. For programs
    /// that do nothing beside; what was once used stays with the process.
    public static func keepFreedMemory() { tt_keep_freed_memory() }
}
