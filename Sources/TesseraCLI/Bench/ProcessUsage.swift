#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What this process has used so far.
enum ProcessUsage {
    /// The most memory it held at once, in bytes.
    static func peakBytes() -> Int {
        #if os(Linux)
        if let bytes = statusBytes("VmHWM:") { return bytes }
        #endif
        var usage = rusage()
        // 0 is RUSAGE_SELF everywhere; its type is not.
        guard getrusage(0, &usage) == 0 else { return 0 }
        #if canImport(Darwin)
        return usage.ru_maxrss
        #else
        return usage.ru_maxrss * 1024
        #endif
    }

    #if os(Linux)
    /// A number that the kernel tells of this process.
    ///
    /// Its own peak is there: that of `getrusage` begins at what the process that started it held.
    private static func statusBytes(_ name: String) -> Int? {
        guard let file = fopen("/proc/self/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix(name) else { continue }
            return Int(text.filter(\.isNumber)).map { $0 * 1024 }
        }
        return nil
    }
    #endif
}
