internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraServer

/// Where the server listens and who may ask.
struct AddressFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp("The address to listen at; 0.0.0.0 for all of this machine.", valueName: "address")
    )
    var host = "127.0.0.1"

    @Option(help: "The port to listen at; 0 takes any that is free.")
    var port = 8080

    @Option(
        help: ArgumentHelp(
            "A file with the key that clients must send; TESSERA_API_KEY in the environment does the same.",
            valueName: "file"))
    var apiKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "A further name of this server in requests; may be given more than once, * for any.",
            valueName: "name"))
    var allowHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "A site whose pages may call, such as https://example.org; may be given more than once, * for any.",
            valueName: "origin"))
    var allowOrigin: [String] = []

    /// The rules, with the key from its file or the environment.
    func rules() throws -> AccessRules {
        try check(port, in: 0...65535, "--port")
        var key = FileSystem.environment("TESSERA_API_KEY")
        if let apiKeyFile {
            let file = try MappedFile(path: apiKeyFile)
            key = String(decoding: file.copy(), as: UTF8.self)
        }
        key = key.map {
            String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
        if let key, key.isEmpty {
            throw LocatedError(
                file: apiKeyFile, field: "key", problem: "it is empty",
                remedy: "put a long random text there, or ask for no key")
        }
        var hosts = Set(allowHost)
        // Whoever listens at an address goes by it too.
        if host != "0.0.0.0", host != "::" { hosts.insert(host) }
        return AccessRules(hosts: hosts, origins: Set(allowOrigin), key: key)
    }
}
