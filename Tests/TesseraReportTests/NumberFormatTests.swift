import TesseraReport
import Testing

@Suite("Number formats")
struct NumberFormatTests {
    @Test(
        "counts get commas",
        arguments: [
            (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"),
            (Int.min, "-9,223,372,036,854,775,808"),
        ]
    )
    func counts(value: Int, expected: String) {
        #expect(NumberFormat.count(value) == expected)
    }

    @Test(
        "decimals have the asked places",
        arguments: [
            (0, 2, "0.00"), (1234.5, 2, "1,234.50"), (-0.004, 2, "0.00"), (-1.25, 1, "-1.3"),
            (0.05, 3, "0.050"),
            (1e20, 2, "1e+20"), (.nan, 2, "nan"), (-.infinity, 0, "-inf"), (2.5, 0, "3"), (1, -4, "1"),
            (9.999, 2, "10.00"), (999_999_999_999_999, 9, "999999999999999.0"),
        ] as [(Double, Int, String)]
    )
    func decimals(value: Double, places: Int, expected: String) {
        #expect(NumberFormat.decimal(value, places: places) == expected)
    }

    @Test(
        "three significant digits, more only for whole numbers",
        arguments: [
            (0, "0"), (0.01234, "0.0123"), (1.2345, "1.23"), (45.678, "45.7"), (123.4, "123"),
            (1234.5, "1,235"),
            (9.999, "10.0"), (99.99, "100"), (0.9999, "1.00"),
        ] as [(Double, String)]
    )
    func significantDigits(value: Double, expected: String) {
        #expect(NumberFormat.significant(value) == expected)
    }

    @Test(
        "sizes use decimal units",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1_000, "1.00 kB"), (98_400_000, "98.4 MB"), (999_600, "1.00 MB"),
            (Int.max, "9.22 EB"), (-2_500, "-2.50 kB"),
        ]
    )
    func sizes(value: Int, expected: String) {
        #expect(NumberFormat.bytes(value) == expected)
    }

    @Test(
        "durations pick the unit people use",
        arguments: [
            (0, "0 µs"), (0.000_012, "12.0 µs"), (0.012, "12.0 ms"), (0.9999, "1.00 s"), (4.2, "4.20 s"),
            (59.96, "1 min 00 s"), (185, "3 min 05 s"), (7_620, "2 h 07 min"), (-4.2, "-4.20 s"),
            (.infinity, "inf s"),
        ] as [(Double, String)]
    )
    func durations(value: Double, expected: String) {
        #expect(NumberFormat.duration(value) == expected)
    }

    @Test("rates name their unit, and bytes are scaled")
    func rates() {
        #expect(NumberFormat.rate(312.4, unit: "tokens") == "312 tokens/s")
        #expect(NumberFormat.rate(1_200_000, unit: "bytes") == "1.20 MB/s")
        #expect(NumberFormat.rate(.infinity, unit: "bytes") == "inf B/s")
    }
}

@Suite("Spread")
struct SpreadTests {
    @Test("the median is the middle, or the mean of the two in the middle")
    func median() throws {
        let odd = try #require(Spread([3, 1, 2]))
        #expect((odd.median, odd.minimum, odd.maximum, odd.count) == (2, 1, 3, 3))
        let even = try #require(Spread([4, 1, 3, 2]))
        #expect(even.median == 2.5)
        #expect(even.relativeRange == 1.2)
    }

    @Test("nothing and NaN have no spread")
    func none() {
        #expect(Spread([]) == nil)
        #expect(Spread([1, .nan]) == nil)
    }
}
