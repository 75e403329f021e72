#if canImport(Glibc)
import Foundation
import Glibc
import TesseraTensor
import Testing

/// The solver of linear programmes brings the reference BLAS along, which has functions of the same names.
@Suite("What the program is linked with")
struct LinkTests {
    @Test("the matrix products of libtorch are its own", arguments: ["sgemm_", "dgemm_"])
    func products(name: String) throws {
        // Keeps libtorch among what the test links.
        _ = try RandomGenerator(seed: 1).uniform([2, 2])
        let function = UInt64(UInt(bitPattern: try #require(dlsym(nil, name))))
        // Its size is said to be 0, so that it must be read to its end.
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
        let maps = String(decoding: file.readDataToEndOfFile(), as: UTF8.self)
        let library = maps.split(separator: "\n").first { line in
            let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt64($0, radix: 16) }
            return ends.count == 2 && ends[0] <= function && function < ends[1]
        }
        #expect(try #require(library).contains("libtorch"))
    }
}
#endif
