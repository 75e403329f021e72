import Dispatch
import Foundation
import Synchronization
import TesseraFiles

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A TCP connection to 127.0.0.1 that sends and reads plain bytes; no call waits longer than ten seconds.
final class RawClient: Sendable {
    let descriptor: Int32
    private let isClosed = Atomic(false)

    /// Connects.
    ///
    /// - Parameter receiveBuffer: the bytes that the system keeps for a client that does not read.
    init(port: Int, receiveBuffer: Int? = nil) throws {
        #if canImport(Glibc)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        if var size = receiveBuffer.map({ Int32($0) }) {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            // The end of this half-made client closes it.
            throw ClientFailure(what: "cannot connect: \(errno)")
        }
    }

    deinit { close() }

    /// Sends bytes; false when the other side does not take them.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// The next bytes; empty at the end, nil when nothing came in time or the connection broke.
    func receive(most: Int = 65536) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: most)
        let count = recv(descriptor, &buffer, most, 0)
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    /// Everything up to the end, or until `isEnough` says so.
    func receiveAll(until isEnough: ([UInt8]) -> Bool = { _ in false }) -> String {
        var all: [UInt8] = []
        while !isEnough(all), let bytes = receive(), !bytes.isEmpty { all += bytes }
        return String(decoding: all, as: UTF8.self)
    }

    /// Ends sending and goes on receiving.
    func shutdownSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes once: the number of a closed connection may belong to another, the server's even, a moment later.
    func close() {
        if isClosed.exchange(true, ordering: .relaxed) { return }
        _ = Glibc.close(descriptor)
    }
}

struct ClientFailure: Error, CustomStringConvertible {
    var what: String
    var description: String { what }
}

/// A response, taken apart.
struct Reply: Sendable {
    var status: Int
    var head: String
    var body: String

    init(_ text: String) throws {
        guard let end = text.range(of: "\r\n\r\n") else { throw ClientFailure(what: "no response: \(text)") }
        head = String(text[..<end.lowerBound])
        let rest = String(text[end.upperBound...])
        status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        body = head.lowercased().contains("transfer-encoding: chunked") ? try Self.joined(rest) : rest
    }

    /// The value of a header field.
    func field(_ name: String) -> String? {
        head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    /// The body as JSON.
    var json: JSONField { get throws { JSONField(try JSONValue(parsing: body)) } }

    /// The values of a stream's `data:` lines, without the last, which must be `[DONE]`.
    var chunks: [JSONField] {
        get throws {
            var lines = body.components(separatedBy: "\n\n").filter { !$0.isEmpty }
            guard lines.popLast() == "data: [DONE]" else {
                throw ClientFailure(what: "no end: \(body.suffix(200))")
            }
            return try lines.map { JSONField(try JSONValue(parsing: String($0.dropFirst("data: ".count)))) }
        }
    }

    /// The chunks of a chunked body, joined.
    private static func joined(_ text: String) throws -> String {
        var bytes = Array(text.utf8)[...]
        var joined: [UInt8] = []
        while let end = bytes.firstIndex(of: 0x0D) {
            let size = Int(String(decoding: bytes[..<end], as: UTF8.self), radix: 16) ?? 0
            guard size > 0 else { break }
            let start = end + 2
            guard start + size + 2 <= bytes.endIndex else {
                throw ClientFailure(what: "a chunk is cut short")
            }
            joined += bytes[start..<start + size]
            bytes = bytes[(start + size + 2)...]
        }
        return String(decoding: joined, as: UTF8.self)
    }
}

/// Runs `body`, which may block, on a thread that the server does not need.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "client").async { continuation.resume(with: Result { try body() }) }
    }
}
