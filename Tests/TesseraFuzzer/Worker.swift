import Glibc
import Synchronization
import TesseraCore
import TesseraFuzzing

/// The child process: tries inputs one after another until the time is up or one breaks something.
///
/// Each input lies in the file `input` of the work folder before it is tried, so that the parent finds it whatever
/// happens.
final class Worker {
    /// How the process ends when an input breaks a rule without ending the process itself.
    enum Exit: Int32 {
        case memory = 10
        case property = 11
    }

    /// What reading may take whatever the size of the file: Unicode tables on first use, the tables of an automaton,
    /// those that are sized by the largest id, and the stack of a template.
    static let allowedBytes = 32 << 20

    private let options: Options
    private let target: FuzzTarget
    private let workFolder: String
    private var tally = Tally()
    private var pool: [FuzzInput] = []
    private var seen: Set<String> = []
    /// The peak of memory when the input had been read; 0 before.
    private let loadedPeak = Peak()

    init(_ options: Options, workFolder: String) {
        self.options = options
        self.workFolder = workFolder
        target = options.targets[0]
    }

    func run() throws {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        if !options.isSanitized {
            limit = rlimit(rlim_cur: 4 << 30, rlim_max: 4 << 30)
            setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        }
        let folder = try FuzzFolder { [loadedPeak] in
            loadedPeak.bytes.store(Gauges.peakBytes, ordering: .relaxed)
        }
        let inputs: [FuzzInput]
        if let file = options.replay {
            guard let bytes = FuzzFolder.read(file) else { throw Missing(path: file) }
            inputs = [FuzzInput(bundle: bytes, name: target.fileName)]
        } else {
            inputs = FuzzCorpus.inputs(of: target, in: options.corpus).map(\.input)
            guard !inputs.isEmpty else { throw Missing(path: "\(options.corpus)/\(target.name)") }
        }
        // What is made once for all inputs is no input's memory.
        if let first = inputs.first, options.replay == nil { _ = try? target.run(first, in: folder) }
        pool = inputs
        tally.index = options.start
        var index = options.start
        while options.replay != nil ? index < 1 : Gauges.cpuSeconds < options.seconds {
            var random = FuzzRandom(seed: options.seed, index: index)
            let input = index < inputs.count ? inputs[index] : target.mutator.input(from: pool, &random)
            tally.index = index
            try attempt(input, in: folder)
            index += 1
        }
    }

    private final class Peak: Sendable {
        let bytes = Atomic(0)
    }

    struct Missing: Error { var path: String }

    private func attempt(_ input: FuzzInput, in folder: FuzzFolder) throws {
        try FuzzFolder.write(input.bundle, to: "\(workFolder)/input")
        try save()
        Gauges.resetPeak()
        loadedPeak.bytes.store(0, ordering: .relaxed)
        let memoryBefore = Gauges.residentBytes
        let timeBefore = Gauges.cpuSeconds
        Gauges.limit(cpuSeconds: options.inputSeconds)
        var signature = "accepted"
        do {
            switch try target.run(input, in: folder) {
            case .accepted: tally.accepted += 1
            case .rejected(let error):
                tally.rejected += 1
                signature = Self.signature(error.field ?? "", error.problem)
            }
        } catch {
            try end(.property, "\(error)")
        }
        Gauges.limit(cpuSeconds: 0)
        tally.tried += 1
        let time = Int((Gauges.cpuSeconds - timeBefore) * 1e6)
        let peak = loadedPeak.bytes.load(ordering: .relaxed)
        let memory = max(0, (peak > 0 ? peak : Gauges.peakBytes) - memoryBefore)
        let ratio = max(0, memory - Self.allowedBytes) * 100 / max(input.byteCount, 1)
        // What says something new, takes longer or takes more than all before is worth changing further.
        let isRecord = time > tally.slowest + tally.slowest / 8 || memory > tally.memory + tally.memory / 8
        if seen.insert(signature).inserted || isRecord, pool.count < 600, input.byteCount < 100_000 {
            pool.append(input)
        }
        tally.slowest = max(tally.slowest, time)
        tally.memory = max(tally.memory, memory)
        tally.memoryRatio = max(tally.memoryRatio, ratio)
        if options.replay != nil { print("\(signature), \(time) µs, \(memory) bytes for \(input.byteCount)") }
        if !options.isSanitized, ratio > 1000 {
            try end(.memory, "\(memory) bytes of memory for \(input.byteCount) bytes of input")
        }
        try save()
    }

    private func save() throws {
        tally.time = Int(Gauges.cpuSeconds * 1e6)
        try FuzzFolder.write(Array(tally.text.utf8), to: "\(workFolder)/tally")
    }

    private func end(_ code: Exit, _ message: String) throws {
        try save()
        try FuzzFolder.write(Array(message.utf8), to: "\(workFolder)/message")
        exit(code.rawValue)
    }

    /// An error without its numbers and quotations: what kind of refusal it is.
    private static func signature(_ field: String, _ problem: String) -> String {
        var text = ""
        var isQuoted = false
        for scalar in "\(field.prefix(40)): \(problem)".unicodeScalars.prefix(200) {
            if scalar == "\"" { isQuoted.toggle() }
            if !isQuoted, !(0x30...0x39).contains(scalar.value) { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}
