/// Makes new inputs of known ones.
package struct Mutator: Sendable {
    /// Words that the targets of text know.
    var vocabulary: [String] = []

    /// The input made of one of `pool`, the same for the same random numbers.
    package func input(from pool: [FuzzInput], _ random: inout FuzzRandom) -> FuzzInput {
        var input = random.one(of: pool)
        let donor = random.one(of: pool)
        for _ in 0...random.below(random.oneIn(4) ? 12 : 3) {
            let index = random.below(input.parts.count)
            if input.parts.count > 1, random.oneIn(20) {
                input.parts.remove(at: index)
                continue
            }
            let name = input.parts[index].name
            let other = donor.parts.first { $0.name == name } ?? random.one(of: donor.parts)
            mutate(&input.parts[index].bytes, named: name, donor: other.bytes, &random)
            // Inputs that grow without end would only be slow.
            if input.parts[index].bytes.count > 400_000 {
                input.parts[index].bytes.removeLast(input.parts[index].bytes.count - 400_000)
            }
        }
        return input
    }

    private func mutate(
        _ bytes: inout [UInt8], named name: String, donor: [UInt8], _ random: inout FuzzRandom
    ) {
        if random.oneIn(8) {
            ByteMutations.mutate(&bytes, donor: donor, &random)
            return
        }
        switch name.split(separator: ".").last {
        case "json":
            if !JSONMutations.mutate(&bytes, donor: donor, &random) {
                TextMutations.mutate(&bytes, donor: donor, &random)
            }
        case "model":
            if !ProtobufMutations.mutate(&bytes, donor: donor, &random) {
                ByteMutations.mutate(&bytes, donor: donor, &random)
            }
        case "gguf", "safetensors": GGUFMutations.mutate(&bytes, donor: donor, &random)
        case "tiktoken", "txt", "counts", "jsonl": TextMutations.mutateLines(&bytes, donor: donor, &random)
        case "jinja", "expression":
            TextMutations.mutate(&bytes, donor: donor, vocabulary: vocabulary, &random)
        default: ByteMutations.mutate(&bytes, donor: donor, &random)
        }
    }
}
