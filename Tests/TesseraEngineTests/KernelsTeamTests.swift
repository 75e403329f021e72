import CTesseraKernels
import Testing

@Suite("Thread team")
struct KernelsTeamTests {
    /// Each thread's counter, and the totals that each saw between two barriers.
    private struct Shared {
        var team: OpaquePointer
        var threads: Int
        var counts: UnsafeMutablePointer<Int>
        var totals: UnsafeMutablePointer<Int>
    }

    @Test("every thread runs every job, and barriers order their writes", arguments: [1, 2, 3, 8])
    func jobs(threads: Int) throws {
        let team = try #require(tk_team_create(Int32(threads)))
        defer { tk_team_destroy(team) }
        #expect(tk_team_threads(team) == Int32(threads))
        let counts = UnsafeMutablePointer<Int>.allocate(capacity: threads)
        let totals = UnsafeMutablePointer<Int>.allocate(capacity: threads)
        counts.initialize(repeating: 0, count: threads)
        totals.initialize(repeating: 0, count: threads)
        defer {
            counts.deallocate()
            totals.deallocate()
        }
        var shared = Shared(team: team, threads: threads, counts: counts, totals: totals)
        let jobs = threads <= 2 ? 10_000 : 500
        for _ in 0..<jobs {
            tk_team_run(
                team,
                { context, thread in
                    let shared = context!.assumingMemoryBound(to: Shared.self).pointee
                    shared.counts[Int(thread)] += Int(thread) + 1
                    tk_team_barrier(shared.team)
                    for other in 0..<shared.threads { shared.totals[Int(thread)] += shared.counts[other] }
                    tk_team_barrier(shared.team)
                }, &shared)
        }
        let each = threads * (threads + 1) / 2
        for thread in 0..<threads {
            #expect(counts[thread] == (thread + 1) * jobs)
            #expect(totals[thread] == each * jobs * (jobs + 1) / 2)
        }
    }

    /// How often each numbered piece of work was taken.
    private struct Pieces {
        var team: OpaquePointer
        var count: Int
        var taken: UnsafeMutablePointer<Int>
    }

    @Test("every piece is taken once between two barriers", arguments: [1, 2, 3])
    func pieces(threads: Int) throws {
        let team = try #require(tk_team_create(Int32(threads)))
        defer { tk_team_destroy(team) }
        let count = 37
        let taken = UnsafeMutablePointer<Int>.allocate(capacity: count)
        taken.initialize(repeating: 0, count: count)
        defer { taken.deallocate() }
        var shared = Pieces(team: team, count: count, taken: taken)
        let jobs = 500
        for _ in 0..<jobs {
            tk_team_run(
                team,
                { context, _ in
                    let shared = context!.assumingMemoryBound(to: Pieces.self).pointee
                    for _ in 0..<2 {
                        while case let piece = Int(tk_team_take(shared.team)), piece < shared.count {
                            shared.taken[piece] += 1
                        }
                        tk_team_barrier(shared.team)
                    }
                }, &shared)
        }
        for piece in 0..<count { #expect(taken[piece] == 2 * jobs) }
    }

    @Test("teams are made and destroyed, used or not")
    func lifetimes() throws {
        for round in 0..<50 {
            let team = try #require(tk_team_create(4))
            if round % 2 == 0 { tk_team_run(team, { _, _ in }, nil) }
            tk_team_destroy(team)
        }
    }

    @Test("unreasonable sizes are refused", arguments: [Int32.min, -1, 0, 257, Int32.max])
    func refused(threads: Int32) {
        #expect(tk_team_create(threads) == nil)
    }
}
