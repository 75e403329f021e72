public import TesseraCore

/// The tensors of a model folder: `model.safetensors`, or the files that `model.safetensors.index.json` lists.
public struct SafetensorsFolder: TensorSource {
    /// The folder, as the user gave it.
    public let path: String

    /// The files, in the order in which the index first names them.
    public let files: [SafetensorsFile]

    /// The names of the tensors, in the order of the file or index.
    public let tensorNames: [String]

    /// Which of `files` holds a tensor.
    private let index: [ByteKey: Int]

    /// Opens the folder at `path`.
    ///
    /// - Throws: `LocatedError` when it has neither file, or one of the files is missing or not sound.
    public init(path: String) throws(LocatedError) {
        self.path = path
        let single = "\(path)/model.safetensors"
        if FileSystem.kind(of: single) != nil {
            let file = try SafetensorsFile(path: single)
            files = [file]
            tensorNames = file.tensorNames
            index = Dictionary(uniqueKeysWithValues: tensorNames.map { (ByteKey($0), 0) })
            return
        }
        let indexPath = "\(path)/model.safetensors.index.json"
        guard FileSystem.kind(of: indexPath) != nil else {
            throw LocatedError(
                file: path, problem: "holds neither model.safetensors nor model.safetensors.index.json",
                remedy: "name a model folder with its weights in safetensors")
        }
        let map = try JSONField(contentsOf: indexPath)["weight_map"]
        var opened: [SafetensorsFile] = []
        var positions: [ByteKey: Int] = [:]
        var names: [String] = []
        var index: [ByteKey: Int] = [:]
        for (name, value) in try map.object() {
            let shard = try JSONField(value, name: "weight_map.\(name)", file: indexPath).plainFileName()
            let position: Int
            if let known = positions[ByteKey(shard)] {
                position = known
            } else {
                position = opened.count
                try opened.append(SafetensorsFile(path: "\(path)/\(shard)"))
                positions[ByteKey(shard)] = position
            }
            guard opened[position].holds(name) else {
                throw map[name].error("\(shard) has no such tensor", remedy: "fetch the folder again")
            }
            names.append(name)
            index[ByteKey(name)] = position
        }
        files = opened
        tensorNames = names
        self.index = index
    }

    public func tensor(_ name: String) -> TensorView? {
        index[ByteKey(name)].flatMap { files[$0].tensor(name) }
    }
}

extension JSONField {
    /// The string, which must name a file in the same folder: an index must not lead elsewhere on the disk.
    fileprivate func plainFileName() throws(LocatedError) -> String {
        let name = try string()
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")),
            !name.utf8.contains(0)
        else { throw error("is not the name of a file in this folder") }
        return name
    }
}
