/// Lines to learn from, and every tenth of the text, which is held out.
struct HeldOutLines {
    let training: [String]
    let heldOut: [String]

    init(_ lines: [String]) {
        training = lines.indices.filter { $0 % 10 != 9 }.map { lines[$0] }
        heldOut = lines.indices.filter { $0 % 10 == 9 }.map { lines[$0] }
    }
}
