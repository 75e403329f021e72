import TesseraCore
import TesseraMixture
import TesseraTestSupport
import Testing

@Suite("Linear programmes")
struct LinearProgramTests {
    @Test("are solved, and solved again with more rows and columns")
    func growing() throws {
        // The least of x + 2 y with x + y >= 4 and x <= 3.
        var programme = try LinearProgram()
        try programme.addColumns(costs: [1, 2])
        try programme.addRows([
            .init([(0, 1), (1, 1)], lower: 4), .init([(0, -1)], lower: -3),
        ])
        try programme.solve()
        #expect((programme.objective - 5).magnitude < 1e-9)
        #expect((programme.value(ofColumn: 0) - 3).magnitude < 1e-9)
        #expect((programme.value(ofColumn: 1) - 1).magnitude < 1e-9)
        #expect((programme.price(ofRow: 0) - 2).magnitude < 1e-9)
        // A third column that is dear but needed: z >= 2 - x - y is not, x + z >= 5 is.
        try programme.addColumns(costs: [10])
        try programme.addRows([.init([(0, 1), (2, 1)], lower: 5), .init([(0, 1)], lower: 1)])
        try programme.solve()
        #expect((programme.objective - 25).magnitude < 1e-9)
        #expect((programme.value(ofColumn: 2) - 2).magnitude < 1e-9)
        #expect(programme.value(ofColumn: 3) == 0 && programme.price(ofRow: -1) == 0)
        // What the optimum does without may go, and it stays.
        #expect((0..<4).map { programme.isSlack(row: $0) } == [false, false, false, true])
        programme.removeRows([3])
        try programme.solve()
        #expect(programme.rowCount == 3 && (programme.objective - 25).magnitude < 1e-9)
    }

    @Test("that nothing fulfils, with a cost below zero, or whose rows name what is not there are errors")
    func failures() throws {
        expectLocatedError(field: "linear programme", problem: "fulfils") {
            var programme = try LinearProgram()
            try programme.addColumns(costs: [1])
            try programme.addRows([.init([(0, 1)], lower: 2), .init([(0, -1)], lower: -1)])
            try programme.solve()
        }
        for cost in [-1, .nan, .infinity] {
            expectLocatedError(field: "linear programme", problem: "cost") {
                var programme = try LinearProgram()
                try programme.addColumns(costs: [cost])
            }
        }
        for term in [(column: 1, coefficient: 1.0), (-1, 1), (0, .nan), (0, .infinity)] {
            expectLocatedError(field: "linear programme", problem: "coefficient") {
                var programme = try LinearProgram()
                try programme.addColumns(costs: [1])
                try programme.addRows([.init([term], lower: 0)])
            }
        }
    }
}
