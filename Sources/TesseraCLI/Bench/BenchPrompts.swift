/// Ten prompts of one kind, kept with the program.
struct BenchPrompts {
    /// What they ask for.
    let name: String

    /// The messages of the user.
    let prompts: [String]

    /// Code to change, texts to sum up and quote, and open questions.
    static let all = [
        BenchPrompts(name: "code", bytes: PackageResources.prompts_code_txt),
        BenchPrompts(name: "summary", bytes: PackageResources.prompts_summary_txt),
        BenchPrompts(name: "chat", bytes: PackageResources.prompts_chat_txt),
    ]

    /// Prompts with a line of `----` between them and a newline at the end.
    private init(name: String, bytes: [UInt8]) {
        self.name = name
        let text = String(decoding: bytes, as: UTF8.self).dropLast()
        prompts = text.split(separator: "\n----\n").map(String.init)
    }
}
