internal import ArgumentParser
internal import TesseraConsole
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTensor

/// `tessera lab info`, which is `tessera lab` too: what training runs on.
struct LabInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show what the lab runs on: libtorch and devices.",
        discussion: "Devices are named as --device of other commands wants them."
    )

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let devices = Device.all.map(\.description)
        if json {
            let value: JSONValue = [
                "libtorch": .string(Torch.version), "devices": .array(devices.map { .string($0) }),
                "threads": .integer(Torch.threadCount),
            ]
            try StandardOutput.standard.write(value.serialized() + "\n")
            return
        }
        var table = Table([.init("property"), .init("value")])
        table.append(["libtorch", Torch.version])
        table.append(["devices", devices.joined(separator: ", ")])
        table.append(["threads", NumberFormat.count(Torch.threadCount)])
        try StandardOutput.standard.write(table.text())
    }
}
