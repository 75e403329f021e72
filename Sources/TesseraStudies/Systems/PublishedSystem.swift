/// A published system that Tessera implements or is to implement.
public struct PublishedSystem: Hashable, Sendable {
    /// Its name here, which is that of its study.
    public let name: String
    /// Its paper.
    public let paper: Paper
    /// What it is for.
    public let purpose: String
    /// The command that runs it, without `tessera`; nil: it is not built yet.
    public let command: String?

    /// The system of this name; nil: none has it.
    public static func named(_ name: String) -> PublishedSystem? { all.first { $0.name == name } }

    init(_ name: String, _ title: String, _ arXiv: String, _ purpose: String, _ command: String? = nil) {
        self.name = name
        paper = Paper(title: title, arXiv: arXiv)
        self.purpose = purpose
        self.command = command
    }
}
