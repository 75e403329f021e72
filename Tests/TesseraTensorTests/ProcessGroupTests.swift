import Foundation
import Synchronization
import TesseraCore
import TesseraTensor
import TesseraTestSupport
import Testing

/// Members of a group in threads of this process: they talk over sockets as processes do.
@Suite("Processes that compute together")
struct ProcessGroupTests {
    /// Runs `body` for each of `count` members, and gives what each returned or threw.
    private func members<Value: Sendable>(
        _ count: Int, timeLimit: Duration = .seconds(60),
        _ body: @escaping @Sendable (ProcessGroup) throws -> Value
    ) throws -> [Result<Value, any Error>] {
        let port = try freePort()
        let results = Mutex([Int: Result<Value, any Error>]())
        let all = DispatchGroup()
        for rank in 0..<count {
            all.enter()
            Thread.detachNewThread {
                let result = Result {
                    try body(
                        ProcessGroup(
                            .init(
                                host: "127.0.0.1", port: port, rank: rank, size: count, timeLimit: timeLimit))
                    )
                }
                results.withLock { $0[rank] = result }
                all.leave()
            }
        }
        all.wait()
        return try results.withLock { found in try (0..<count).map { try #require(found[$0]) } }
    }

    @Test("add up, average and share numbers", arguments: [2, 3])
    func collectives(count: Int) throws {
        let results = try members(count) { group in
            let rank = Float(group.rank)
            let sums = [try Tensor([rank, 1]), try Tensor([rank * 10], shape: [1, 1])]
            try group.allReduce(sums, .sum)
            let mean = try Tensor([rank, 2 * rank, 3 * rank])
            try group.allReduce([mean], .mean)
            let shared = try Tensor([rank + 5])
            try group.broadcast([shared], from: 1)
            try group.barrier()
            #expect(group.size == count)
            return try sums.flatMap { try $0.floats() } + mean.floats() + shared.floats()
        }
        let total = Float(count * (count - 1) / 2)
        let middle = total / Float(count)
        for result in results {
            #expect(
                try result.get() == [total, Float(count), 10 * total, middle, 2 * middle, 3 * middle, 6])
        }
    }

    @Test("add up the gradients of large and small parameters")
    func gradients() throws {
        let results = try members(2) { group in
            // The first fills a bucket alone.
            let parameters = [
                Parameter("large", try .ones([7 << 20])), Parameter("frozen", try .ones([3])),
                Parameter("small", try .ones([2])), Parameter("smaller", try .ones([1])),
            ]
            for parameter in parameters where parameter.name != "frozen" {
                try parameter.tensor.setRequiresGradient(true)
                try (parameter.tensor * Double(group.rank + 1)).sum().backward()
            }
            try group.sumGradients(of: parameters)
            return try parameters.compactMap { try $0.tensor.gradient?.mean().item() }
        }
        for result in results { #expect(try result.get() == [3, 3, 3]) }
        let missing = try members(2) { group in
            let parameter = Parameter("w", try .ones([1]))
            try parameter.tensor.setRequiresGradient(true)
            try group.sumGradients(of: [parameter])
        }
        for result in missing { expectLocatedError(field: "w", problem: "no gradient") { try result.get() } }
    }

    @Test("end with an error when one of them is gone")
    func lost() throws {
        let begin = ContinuousClock.now
        let results = try members(2) { group in
            try group.barrier()
            guard group.rank == 1 else { return }
            for _ in 0..<1000 { try group.allReduce([.ones([1000])], .sum) }
        }
        #expect(throws: Never.self) { try results[0].get() }
        expectLocatedError(field: "process 1 of 2", problem: "lost another process") { try results[1].get() }
        #expect(ContinuousClock.now - begin < .seconds(30))
    }

    @Test("wait no longer than they should for one that does not come")
    func late() throws {
        let begin = ContinuousClock.now
        let results = try members(2, timeLimit: .seconds(2)) { group in
            if group.rank == 1 { return try group.barrier() }
            Thread.sleep(forTimeInterval: 6)
        }
        #expect(throws: Never.self) { try results[0].get() }
        expectLocatedError(field: "process 1 of 2") { try results[1].get() }
        #expect(ContinuousClock.now - begin < .seconds(30))
    }

    @Test("do not wait for ever where nobody listens, or where the port is taken")
    func refused() throws {
        let begin = ContinuousClock.now
        let port = try freePort()
        expectLocatedError(
            field: "MASTER_ADDR=127.0.0.1 MASTER_PORT=\(port)", problem: "process 1 of 2"
        ) {
            try ProcessGroup(
                .init(host: "127.0.0.1", port: port, rank: 1, size: 2, timeLimit: .seconds(2)))
        }
        // The first waits for the second.
        expectLocatedError(problem: "process 0 of 2") {
            try ProcessGroup(
                .init(host: "127.0.0.1", port: port, rank: 0, size: 2, timeLimit: .seconds(2)))
        }
        let taken = try BoundSocket()
        expectLocatedError(problem: "process 0 of 2") {
            try ProcessGroup(
                .init(host: "127.0.0.1", port: taken.port, rank: 0, size: 2, timeLimit: .seconds(2)))
        }
        #expect(ContinuousClock.now - begin < .seconds(60))
    }
}

@Suite("Meetings that the environment speaks of")
struct MeetingTests {
    private static let whole = [
        "RANK": "1", "WORLD_SIZE": "4", "MASTER_ADDR": "node0", "MASTER_PORT": "29500",
    ]

    @Test("are those of torchrun")
    func environment() throws {
        let meeting = try #require(try ProcessGroup.Meeting(environment: { Self.whole[$0] }))
        #expect(meeting == .init(host: "node0", port: 29500, rank: 1, size: 4))
        var started = Self.whole
        started["TORCHELASTIC_USE_AGENT_STORE"] = "True"
        started["TORCHELASTIC_RESTART_COUNT"] = "2"
        started["GLOO_SOCKET_IFNAME"] = "eth1"
        let other = try #require(try ProcessGroup.Meeting(environment: { started[$0] }))
        #expect(!other.isKeptByFirst && other.prefix == "/worker/attempt_2" && other.interface == "eth1")
    }

    @Test("are none for a process alone")
    func alone() throws {
        #expect(try ProcessGroup.Meeting(environment: { _ in nil }) == nil)
        #expect(try ProcessGroup.Meeting(environment: { ["MASTER_PORT": "1"][$0] }) == nil)
        #expect(try ProcessGroup.Meeting(environment: { ["RANK": "0", "WORLD_SIZE": "1"][$0] }) == nil)
    }

    @Test(
        "name the variable that is missing or impossible",
        arguments: [
            ("RANK", nil), ("WORLD_SIZE", nil), ("MASTER_ADDR", nil), ("MASTER_PORT", nil), ("RANK", "4"),
            ("RANK", "-1"), ("RANK", "one"), ("WORLD_SIZE", "0"), ("WORLD_SIZE", "99999999999999999999"),
            ("MASTER_PORT", "0"), ("MASTER_PORT", "65536"),
        ] as [(String, String?)])
    func wrong(name: String, value: String?) {
        var variables = Self.whole
        variables[name] = value
        expectLocatedError(field: name) { try ProcessGroup.Meeting(environment: { variables[$0] }) }
    }
}

/// A socket that holds a port of this machine.
private final class BoundSocket {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(bound)
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}

/// A port that nobody listens at.
private func freePort() throws -> UInt16 { try BoundSocket().port }
