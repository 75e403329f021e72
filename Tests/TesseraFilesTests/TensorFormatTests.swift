import TesseraFiles
import Testing

@Suite struct TensorFormatTests {
    @Test(
        "bytes of a row",
        arguments: [
            (.float32, 64, 256), (.float16, 64, 128), (.bfloat16, 64, 128), (.q4_0, 64, 36), (.q4_1, 64, 40),
            (.q8_0, 64, 68), (.q5_0, 64, 44), (.q5_1, 32, 24), (.q4_k, 256, 144), (.q5_k, 512, 352),
            (.q6_k, 256, 210),
            (.other("Q3_K"), 256, 110), (.other("I64"), 3, 24), (.float32, 0, 0),
        ] as [(TensorFormat, Int, Int)])
    func sizes(format: TensorFormat, elements: Int, bytes: Int) {
        #expect(format.byteCount(elementCount: elements) == bytes)
    }

    @Test("broken blocks, overflow, negative counts and unknown layouts have no size")
    func noSize() {
        #expect(TensorFormat.q4_1.byteCount(elementCount: 33) == nil)
        #expect(TensorFormat.float32.byteCount(elementCount: .max) == nil)
        #expect(TensorFormat.q8_0.byteCount(elementCount: .max - 31) == nil)
        #expect(TensorFormat.float32.byteCount(elementCount: -4) == nil)
        #expect(TensorFormat.other("Z9").byteCount(elementCount: 1) == nil)
    }

    @Test("names and numbers lead to each other")
    func names() {
        for number in UInt32(0)...64 {
            guard let format = TensorFormat(ggufNumber: number) else { continue }
            #expect(format.ggufNumber == number)
            #expect(format.bytesPerBlock != nil, "\(format.name)")
        }
        #expect(TensorFormat.q4_1.name == "Q4_1" && TensorFormat.bfloat16.name == "BF16")
    }
}
