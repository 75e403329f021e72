import Foundation
import Testing

/// Every `tessera` command that the README shows is run.
@Suite("README")
struct ReadmeTests {
    /// The commands of the README's `sh` blocks that begin with `tessera` or pipe into it; those that train where the
    /// lab is built.
    static let commands: [String] = {
        let readme = Program.packageRoot.appendingPathComponent("README.md")
        guard let text = try? String(contentsOf: readme, encoding: .utf8) else { return [] }
        return text.matches(of: #/(?s)```sh\n(.*?)```/#)
            .flatMap { $0.1.split(separator: "\n") }
            .map(String.init)
            .filter { $0.contains(#/^(?:[^#]*\| )?tessera /#) }
            .filter { Program.hasLab || !$0.contains("tessera train ") }
    }()

    @Test("the README shows commands")
    func found() {
        #expect(Self.commands.count >= 6)
    }

    @Test("every command in it works", arguments: ReadmeTests.commands)
    func works(command: String) throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-ec", "tessera() { \"$TESSERA\" \"$@\"; }; \(command)"]
        shell.currentDirectoryURL = Program.packageRoot
        shell.environment = ProcessInfo.processInfo.environment.merging(["TESSERA": try Program.path()]) {
            $1
        }
        shell.standardInput = FileHandle.nullDevice
        let output = Pipe()
        shell.standardOutput = output
        shell.standardError = output
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0, "\(text)")
        #expect(!text.isEmpty || command.hasPrefix("tessera chat"))
    }
}
