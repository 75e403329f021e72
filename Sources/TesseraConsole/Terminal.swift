#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What is known of the terminal behind a file descriptor.
public struct Terminal: Hashable, Sendable {
    /// Whether there is one, and it understands more than plain lines.
    public var canRedraw: Bool

    /// Whether colour is welcome: a terminal, and `NO_COLOR` (no-color.org) is unset or empty.
    public var hasColor: Bool

    /// Columns in a line.
    public var width: Int

    /// Creates a description.
    public init(canRedraw: Bool, hasColor: Bool, width: Int) {
        self.canRedraw = canRedraw
        self.hasColor = hasColor
        self.width = width
    }

    /// The terminal behind standard error.
    public static var standardError: Terminal { Terminal(descriptor: STDERR_FILENO) }

    /// Whether standard input is a person at a terminal.
    public static var standardInputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    init(descriptor: Int32) {
        canRedraw = isatty(descriptor) == 1 && environment("TERM") != "dumb"
        hasColor = canRedraw && (environment("NO_COLOR") ?? "").isEmpty
        width = Self.columns(descriptor) ?? 80
    }

    private static func columns(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}

private func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
