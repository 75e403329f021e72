internal import TesseraFiles

extension FuzzTarget {
    /// JSON: what is read and written is read as the same.
    static let json = FuzzTarget("json", file: "value.json") { input, folder in
        let bytes = input.parts[0].bytes
        let value = try JSONValue(parsing: bytes, file: "value.json")
        folder.markLoaded()
        for pretty in [false, true] {
            let again = try? JSONValue(parsing: value.serialized(pretty: pretty))
            try require(again == value, "written as \(value.serialized().prefix(300)), it is another value")
        }
    }

    /// safetensors.
    static let safetensors = FuzzTarget("safetensors", file: "model.safetensors") { _, folder in
        _ = try SafetensorsFile(path: folder.path("model.safetensors"))
        folder.markLoaded()
    }
}
