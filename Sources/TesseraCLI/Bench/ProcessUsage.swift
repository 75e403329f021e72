#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What this process has used so far.
enum ProcessUsage {
    /// Seconds of processor time, of all its threads together.
    static func processorSeconds() -> Double {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The most memory it held at once, in bytes.
    static func peakBytes() -> Int {
        var usage = rusage()
        // 0 is RUSAGE_SELF everywhere; its type is not.
        guard getrusage(0, &usage) == 0 else { return 0 }
        #if canImport(Darwin)
        return usage.ru_maxrss
        #else
        return usage.ru_maxrss * 1024
        #endif
    }
}
