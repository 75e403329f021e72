/// What the instructions of a program see of a text: the class of the next code point and the kind of the previous.
struct ProgramAlphabet: Sendable {
    let classes: CodePointClasses

    /// The number of classes; as a class this is the end of the text.
    let end: Int

    /// The kind of a code point of each class, as the one before a place: classes of one kind are the same to every
    /// `previous` instruction, and kind 0 is the start of the text.
    let kinds: [Int]

    /// The number of kinds.
    let kindCount: Int

    /// A class of each kind; kind 0 has none.
    private let sample: [Int]

    init(_ program: ExpressionProgram) {
        let classes = CodePointClasses(program.sets)
        self.classes = classes
        end = classes.count
        var asked: Set<Int> = []
        for case .previous(let set, _, _) in program.instructions { asked.insert(set) }
        var kinds: [Int] = []
        var sample = [-1]
        for kind in 0..<classes.count {
            let same = sample.indices.dropFirst().first { other in
                asked.allSatisfy {
                    classes.contains(set: $0, kind) == classes.contains(set: $0, sample[other])
                }
            }
            if let same {
                kinds.append(same)
            } else {
                kinds.append(sample.count)
                sample.append(kind)
            }
        }
        // Without such instructions the start is like any other place.
        if asked.isEmpty {
            kinds = kinds.map { _ in 0 }
            sample = [-1]
        }
        self.kinds = kinds
        self.sample = sample
        kindCount = sample.count
    }

    /// Whether the next code point, of class `next` or the end, is in `set`.
    func holdsNext(set: Int, orEnd: Bool, _ next: Int) -> Bool {
        next == end ? orEnd : classes.contains(set: set, next)
    }

    /// Whether the previous code point, of this kind, is in `set`.
    func holdsPrevious(set: Int, orStart: Bool, _ kind: Int) -> Bool {
        kind == 0 ? orStart : classes.contains(set: set, sample[kind])
    }
}
