import TesseraCore
import TesseraFiles
import TesseraStudies
import Testing

@Suite("The published systems")
struct SystemsTests {
    /// The folder of the package, found from this file's own place.
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    @Test("there are 43, each once, with a paper")
    func table() {
        #expect(PublishedSystem.all.count == 43)
        let names = PublishedSystem.all.map(\.name)
        #expect(Set(names).count == 43 && names == names.sorted())
        #expect(Set(PublishedSystem.all.map(\.paper.arXiv)).count == 43)
        for system in PublishedSystem.all {
            #expect(system.paper.arXiv.wholeMatch(of: /[0-9]{4}\.[0-9]{5}/) != nil, "\(system.name)")
            #expect(!system.paper.title.isEmpty && system.purpose.count < 70)
        }
    }

    @Test("a system with a study has a command that runs it")
    func commands() {
        for study in StudyRegistry.all {
            #expect(PublishedSystem.named(study.name)?.command != nil, "\(study.name)")
        }
    }

    @Test("Documentation/Systems.md is what `tessera study systems --write` writes")
    func committed() throws {
        let page = try SystemsPage(recordsIn: "\(Self.root)/Documentation/Studies")
        let committed = try MappedFile(path: "\(Self.root)/Documentation/Systems.md").copy()
        #expect(page.markdown == String(decoding: committed, as: UTF8.self))
        #expect(page.markdown.split(separator: "\n").count { $0.hasPrefix("| ") } == 44)
    }
}
