import Glibc
import TesseraFuzzing

/// The memory and the time of this process.
enum Gauges {
    /// Bytes of memory in use now.
    static var residentBytes: Int {
        let fields = (FuzzFolder.read("/proc/self/statm") ?? []).split(separator: 0x20)
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else { return 0 }
        return pages * 4096
    }

    /// The most bytes of memory in use since `resetPeak()`.
    static var peakBytes: Int {
        let status = FuzzFolder.read("/proc/self/status") ?? []
        for line in status.split(separator: 0x0A) where line.starts(with: "VmHWM:".utf8) {
            let digits = line.filter { (0x30...0x39).contains($0) }
            return (Int(String(decoding: digits, as: UTF8.self)) ?? 0) * 1024
        }
        return 0
    }

    /// Forgets the peak.
    static func resetPeak() {
        try? FuzzFolder.write(Array("5".utf8), to: "/proc/self/clear_refs")
    }

    /// CPU seconds of this process, its kernel time included.
    static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Ends the process by SIGPROF after so many CPU seconds, whoever pauses it meanwhile, and by SIGALRM when it only
    /// waits; 0 takes it back.
    static func limit(cpuSeconds seconds: Int) {
        var timer = itimerval()
        timer.it_value.tv_sec = seconds
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
        alarm(UInt32(seconds * 100))
    }

    /// Runs `body` on a thread with a stack of `bytes` and waits for it.
    static func onThread(stackBytes bytes: Int, _ body: @escaping () -> Void) {
        final class Box {
            let body: () -> Void
            init(_ body: @escaping () -> Void) { self.body = body }
        }
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { attributes.deallocate() }
        pthread_attr_init(attributes)
        pthread_attr_setstacksize(attributes, bytes)
        var thread: pthread_t = 0
        let box = Unmanaged.passRetained(Box(body))
        let failure = pthread_create(
            &thread, attributes,
            { pointer in
                if let pointer { Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        if failure == 0 { pthread_join(thread, nil) }
    }
}
