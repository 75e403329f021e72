import TesseraCore
import TesseraFiles
import TesseraMixture
import TesseraTestSupport
import Testing

@Suite("An expected mixture")
struct MixtureExpectationTests {
    private func estimate() throws -> MixtureEstimate {
        let texts = MadeLanguage.three.prefix(2).map { $0.text(200, seed: 5) }
        return try TesseraMixtureTests.estimate(
            train(texts, merges: 50), [("one", texts[0]), ("two", texts[1])])
    }

    @Test("is held against what was found, category by category")
    func comparison() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(#"{"two": 0.25, "one": 0.75}"#, to: "mix.json")
        let estimate = try estimate()
        let compared = try MixtureExpectation(contentsOf: path).compared(with: estimate)
        #expect(compared.map(\.name) == ["one", "two"] && compared.map(\.expected) == [0.75, 0.25])
        #expect(compared.map(\.found) == estimate.categories.map(\.share))
    }

    @Test(
        "that is none is refused with its place",
        arguments: [
            (#"{"one": 0.5, "two": 0.6}"#, "add up"), (#"{"one": -0.5, "two": 1.5}"#, "no share"),
            (#"{"one": "half", "two": 0.5}"#, "a string"), ("[1]", "array"), ("{", ""),
            (#"{"one": 0.5, "three": 0.5}"#, "no sample"), (#"{"one": 1}"#, "missing"),
        ])
    func refused(text: String, problem: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "mix.json")
        let estimate = try estimate()
        expectLocatedError(file: path, problem: problem) {
            try MixtureExpectation(contentsOf: path).compared(with: estimate)
        }
    }

    @Test("and the estimate are written for machines with all that is known")
    func json() throws {
        let estimate = try estimate()
        let json = try JSONValue(parsing: estimate.json.serialized())
        guard case .array(let categories)? = json["categories"] else {
            throw LocatedError(problem: "no categories")
        }
        #expect(categories.count == 2 && categories[0]["name"] == "one" && categories[0]["interval"] == .null)
        for key in [
            "objective", "mergesUsed", "mergesUnseen", "violations", "prefixes", "rank", "warnings", "rounds",
        ] {
            #expect(json[key] != nil, "\(key)")
        }
    }
}
