import TesseraCore
import Testing

@Suite("Counter-based random numbers")
struct CounterRandomTests {
    /// Computed with unbounded integers from the definition: SplitMix64's finaliser, which for seed 0 gives
    /// e220a8397b1dcdaf first, applied to the key of the stream and then to the position.
    @Test(
        "known answers",
        arguments: [
            (0, 0, 0, 0xa706_dd2f_4d19_7e6f, 0.6524484863740322),
            (0, 1, 0, 0xb382_a305_f441_4f5e, 0.7012121095215252),
            (1, 0, 0, 0x5e41_ab08_7439_611e, 0.36818951565166946),
            (42, 1_000, 0, 0xb1fc_8c82_4d52_4899, 0.6952598398323256),
            (42, 1_000, 7, 0x6097_25d8_3911_da5c, 0.3773063328636178),
            (.max, -1, .max, 0x4bff_d802_ebfb_15e4, 0.2968726164944935),
        ] as [(UInt64, Int, UInt64, UInt64, Double)]
    )
    func knownAnswers(seed: UInt64, position: Int, stream: UInt64, bits: UInt64, uniform: Double) {
        let random = CounterRandom(seed: seed)
        #expect(random.bits(at: position, stream: stream) == bits)
        #expect(random.uniform(at: position, stream: stream) == uniform)
    }

    @Test("an element does not depend on which others were asked for before")
    func orderIndependence() {
        let random = CounterRandom(seed: 3)
        let forwards = (0..<1_000).map { random.bits(at: $0) }
        let backwards = (0..<1_000).reversed().map { random.bits(at: $0) }
        #expect(forwards == backwards.reversed())
    }

    @Test("uniform over positions, over seeds and over streams", arguments: 0..<3)
    func uniformity(variable: Int) {
        var counts = Array(repeating: 0, count: 256)
        let draws = 256 * 400
        for index in 0..<draws {
            let uniform =
                switch variable {
                case 0: CounterRandom(seed: 11).uniform(at: index)
                case 1: CounterRandom(seed: UInt64(index)).uniform(at: 11)
                default: CounterRandom(seed: 11).uniform(at: 11, stream: UInt64(index))
                }
            #expect((0..<1).contains(uniform))
            counts[Int(uniform * 256)] += 1
        }
        let statistic = counts.reduce(0.0) { sum, count in
            sum + Double((count - 400) * (count - 400)) / 400
        }
        // 255 degrees of freedom: 5 standard deviations around the mean.
        #expect(abs(statistic - 255) < 5 * (2 * 255.0).squareRoot(), "\(statistic)")
    }

    @Test("every bit is set half of the time, and neighbours agree in half of their bits")
    func bitBalance() {
        let random = CounterRandom(seed: 5)
        let draws = 20_000
        var set = Array(repeating: 0, count: 64)
        var agreeing = 0
        for index in 0..<draws {
            let bits = random.bits(at: index)
            for bit in 0..<64 where bits >> UInt64(bit) & 1 == 1 { set[bit] += 1 }
            agreeing += (~(bits ^ random.bits(at: index + 1))).nonzeroBitCount
        }
        // The standard deviation of a count is half the root of the number of draws; five of them.
        for count in set { #expect(abs(count - draws / 2) < 5 * 71) }
        #expect(abs(agreeing - 64 * draws / 2) < 5 * 566)
    }
}
