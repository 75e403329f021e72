#if canImport(Glibc)
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
        let function = try #require(dlsym(nil, name))
        var place = Dl_info()
        #expect(dladdr(function, &place) != 0)
        let library = String(cString: try #require(place.dli_fname))
        #expect(library.contains("torch"), "\(library)")
    }
}
#endif
