internal import TesseraCore
internal import TesseraFiles

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Where and when a study ran.
public struct RunCircumstances: Hashable, Sendable {
    /// The commit that is checked out, in hexadecimal digits; empty outside a checkout.
    public var commit: String
    /// The processor, how many of its cores there are, and the system.
    public var machine: String
    /// The day, in universal time: `2026-11-30`.
    public var date: String

    /// The circumstances of this process now.
    ///
    /// - Parameter checkout: the folder with `.git`; nil outside a checkout.
    public init(checkout: String?) {
        commit = checkout.flatMap { Self.commit(of: $0) } ?? ""
        let cores = availableCores()
        machine = "\(Self.processor), \(cores) core\(cores == 1 ? "" : "s"), \(Self.system)"
        date = Self.today
    }

    init(commit: String, machine: String, date: String) {
        self.commit = commit
        self.machine = machine
        self.date = date
    }

    /// What `HEAD` names, read as git writes it (gitrepository-layout): a commit, or a reference that lies in a file of
    /// its own or among the packed ones.
    private static func commit(of checkout: String) -> String? {
        var folder = "\(checkout)/.git"
        if let link = firstLine(of: folder), link.hasPrefix("gitdir: ") { folder = String(link.dropFirst(8)) }
        guard let head = firstLine(of: "\(folder)/HEAD") else { return nil }
        guard head.hasPrefix("ref: ") else { return head }
        let name = String(head.dropFirst(5))
        // A working tree of its own shares the references of the first.
        let shared = firstLine(of: "\(folder)/commondir").map { "\(folder)/\($0)" } ?? folder
        if let commit = firstLine(of: "\(shared)/\(name)") { return commit }
        let packed = lines(of: "\(shared)/packed-refs").first { $0.hasSuffix(" \(name)") }
        return packed.map { String($0.prefix { $0 != " " }) }
    }

    private static var processor: String {
        #if os(Linux)
        // Mapped it would be empty: the kernel makes the file while it is read.
        guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown processor" }
        defer { fclose(file) }
        let size = 4096
        var buffer = [CChar](repeating: 0, count: size)
        while fgets(&buffer, Int32(size), file) != nil {
            let line = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard line.hasPrefix("model name"), let colon = line.firstIndex(of: ":") else { continue }
            return line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(
                separator: " ")
        }
        return "unknown processor"
        #else
        var size = 0
        sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0)
        var name = [UInt8](repeating: 0, count: size)
        guard size > 0, sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0) == 0 else {
            return "unknown processor"
        }
        return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        #endif
    }

    private static var system: String {
        #if os(Linux)
        "Linux"
        #else
        "macOS"
        #endif
    }

    private static var today: String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(1900 + parts.tm_year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }

    private static func firstLine(of path: String) -> String? { lines(of: path).first }

    private static func lines(of path: String) -> [String] {
        guard let file = try? MappedFile(path: path) else { return [] }
        return withExtendedLifetime(file) {
            String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }
}
