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
        programme.addColumns(costs: [1, 2])
        try programme.addRows([
            .init([(0, 1), (1, 1)], lower: 4), .init([(0, 1)], lower: -.infinity, upper: 3),
        ])
        try programme.solve()
        #expect((programme.objective - 5).magnitude < 1e-9)
        #expect((programme.value(ofColumn: 0) - 3).magnitude < 1e-9)
        #expect((programme.value(ofColumn: 1) - 1).magnitude < 1e-9)
        #expect((programme.price(ofRow: 0) - 2).magnitude < 1e-9)
        // A third column that is dear but needed: z >= 2 - x - y is not, x + z >= 5 is.
        programme.addColumns(costs: [10])
        try programme.addRows([.init([(0, 1), (2, 1)], lower: 5)])
        try programme.solve()
        #expect((programme.objective - 25).magnitude < 1e-9)
        #expect((programme.value(ofColumn: 2) - 2).magnitude < 1e-9)
        #expect(programme.value(ofColumn: 3) == 0 && programme.price(ofRow: -1) == 0)
    }

    @Test("that nothing fulfils, that have no least cost, or whose rows name what is not there are errors")
    func failures() throws {
        expectLocatedError(field: "linear programme", problem: "fulfils") {
            var programme = try LinearProgram()
            programme.addColumns(costs: [1])
            try programme.addRows([.init([(0, 1)], lower: 2), .init([(0, 1)], lower: 0, upper: 1)])
            try programme.solve()
        }
        expectLocatedError(field: "linear programme", problem: "least") {
            var programme = try LinearProgram()
            programme.addColumns(costs: [-1])
            try programme.addRows([.init([(0, 1)], lower: 0)])
            try programme.solve()
        }
        for term in [(column: 1, coefficient: 1.0), (-1, 1), (0, .nan), (0, .infinity)] {
            expectLocatedError(field: "linear programme", problem: "coefficient") {
                var programme = try LinearProgram()
                programme.addColumns(costs: [1])
                try programme.addRows([.init([term], lower: 0)])
            }
        }
    }
}
