// swift-tools-version: 6.2
import PackageDescription

// The rows of the architecture, bottom to top. A target may depend on targets of lower rows only;
// `ArchitectureTests` holds this manifest and every `import` line against `Tests/ArchitectureTests/Rows.swift`.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "tessera",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "tessera", targets: ["TesseraCLI"]),
        .executable(name: "tessera-server", targets: ["TesseraServerCLI"]),
        .library(name: "TesseraCore", targets: ["TesseraCore"]),
        .library(name: "TesseraFiles", targets: ["TesseraFiles"]),
        .library(name: "TesseraReport", targets: ["TesseraReport"]),
        .library(name: "TesseraTemplates", targets: ["TesseraTemplates"]),
        .library(name: "TesseraTokenizers", targets: ["TesseraTokenizers"]),
        .library(name: "TesseraTransformers", targets: ["TesseraTransformers"]),
        .library(name: "TesseraVocabulary", targets: ["TesseraVocabulary"]),
        .library(name: "TesseraAnalysis", targets: ["TesseraAnalysis"]),
        .library(name: "TesseraGrammar", targets: ["TesseraGrammar"]),
        .library(name: "TesseraEngine", targets: ["TesseraEngine"]),
        .library(name: "TesseraDecoding", targets: ["TesseraDecoding"]),
        .library(name: "TesseraServer", targets: ["TesseraServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Row 0
        .target(name: "TesseraCore", swiftSettings: settings),
        .systemLibrary(name: "CIntrinsics"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "TesseraFiles", dependencies: ["TesseraCore", "CZlib"], swiftSettings: settings),
        .target(name: "TesseraReport", dependencies: ["TesseraCore"], swiftSettings: settings),
        .target(name: "TesseraTemplates", dependencies: ["TesseraCore"], swiftSettings: settings),

        // Row 1
        .target(
            name: "TesseraFetching",
            dependencies: ["TesseraCore", "TesseraFiles"],
            resources: [.embedInCode("Pins/pins.lock")],
            swiftSettings: settings
        ),
        .target(
            name: "TesseraTokenizers",
            dependencies: ["CIntrinsics", "TesseraCore", "TesseraFiles", "TesseraTemplates"],
            swiftSettings: settings
        ),

        // Row 2
        .target(
            name: "TesseraVocabulary",
            dependencies: ["TesseraCore", "TesseraFiles", "TesseraReport", "TesseraTokenizers"],
            swiftSettings: settings
        ),
        .target(
            name: "TesseraAnalysis",
            dependencies: ["TesseraCore", "TesseraFiles", "TesseraReport", "TesseraTokenizers"],
            swiftSettings: settings
        ),
        .target(
            name: "TesseraGrammar",
            dependencies: ["TesseraCore", "TesseraFiles", "TesseraTokenizers"],
            swiftSettings: settings
        ),
        .target(
            name: "TesseraTransformers",
            dependencies: ["TesseraCore", "TesseraTemplates", "TesseraTokenizers"],
            swiftSettings: settings
        ),
        .target(name: "CTesseraKernels"),
        .target(
            name: "TesseraEngine",
            dependencies: ["TesseraCore", "TesseraFiles", "CTesseraKernels"],
            swiftSettings: settings
        ),

        // Row 3
        .target(
            name: "TesseraDecoding",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraTemplates", "TesseraTokenizers", "TesseraEngine",
            ],
            resources: [
                .embedInCode("Benchmark/Prompts/code.txt"), .embedInCode("Benchmark/Prompts/summary.txt"),
                .embedInCode("Benchmark/Prompts/chat.txt"),
            ],
            swiftSettings: settings
        ),

        // Row 4
        .target(
            name: "TesseraServer",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraTemplates", "TesseraTokenizers", "TesseraGrammar",
                "TesseraDecoding",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("Playground/page.html"), .embedInCode("Playground/page.css"),
                .embedInCode("Playground/page.js"),
            ],
            swiftSettings: settings
        ),

        // Row 5
        .target(
            name: "TesseraConsole",
            dependencies: [
                "TesseraCore", "TesseraReport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        // Row 6
        .executableTarget(
            name: "TesseraCLI",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraReport", "TesseraFetching", "TesseraTemplates",
                "TesseraTokenizers", "TesseraVocabulary", "TesseraAnalysis", "TesseraGrammar",
                "TesseraEngine", "TesseraDecoding", "TesseraConsole",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        // A program of its own: `tessera` starts faster without a web server in it, and builds in half the time.
        .executableTarget(
            name: "TesseraServerCLI",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraTokenizers", "TesseraVocabulary", "TesseraEngine",
                "TesseraDecoding", "TesseraServer", "TesseraConsole",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),

        // Tests: unit tests beside each module, then conformance, property and end-to-end.
        .target(
            name: "TesseraTestSupport",
            dependencies: ["TesseraCore", "TesseraFiles"],
            path: "Tests/TesseraTestSupport",
            swiftSettings: settings
        ),
        .target(
            name: "TesseraFuzzing",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraTemplates", "TesseraTokenizers", "TesseraVocabulary",
            ],
            path: "Tests/TesseraFuzzing",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "TesseraFuzzer",
            dependencies: ["TesseraFuzzing", "TesseraCore"],
            path: "Tests/TesseraFuzzer",
            swiftSettings: settings
        ),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["TesseraFuzzing"],
            exclude: ["Corpus"],
            swiftSettings: settings
        ),
        .testTarget(name: "ArchitectureTests", swiftSettings: settings),
        .testTarget(name: "TesseraCoreTests", dependencies: ["TesseraCore"], swiftSettings: settings),
        .testTarget(
            name: "TesseraFilesTests",
            dependencies: ["TesseraFiles", "TesseraTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraFetchingTests",
            dependencies: ["TesseraFetching", "TesseraFiles", "TesseraTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(name: "TesseraReportTests", dependencies: ["TesseraReport"], swiftSettings: settings),
        .testTarget(
            name: "TesseraTemplatesTests",
            dependencies: ["TesseraTemplates", "TesseraTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraTransformersTests",
            dependencies: ["TesseraTransformers", "TesseraTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraVocabularyTests",
            dependencies: ["TesseraVocabulary", "TesseraTokenizers", "TesseraTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraAnalysisTests",
            dependencies: [
                "TesseraCore", "TesseraAnalysis", "TesseraTokenizers", "TesseraVocabulary",
                "TesseraTestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraGrammarTests",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraGrammar", "TesseraTokenizers", "TesseraTestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraTokenizersTests",
            dependencies: ["TesseraTemplates", "TesseraTokenizers", "TesseraTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraEngineTests",
            dependencies: ["TesseraEngine", "CTesseraKernels", "TesseraTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraDecodingTests",
            dependencies: ["TesseraDecoding", "TesseraFiles", "TesseraTemplates", "TesseraTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraServerTests",
            dependencies: [
                "TesseraCore", "TesseraEngine", "TesseraFiles", "TesseraTokenizers", "TesseraGrammar",
                "TesseraDecoding", "TesseraServer", "TesseraTestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Recorded"],
            swiftSettings: settings
        ),
        .testTarget(name: "TesseraConsoleTests", dependencies: ["TesseraConsole"], swiftSettings: settings),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "TesseraDecoding", "TesseraEngine", "TesseraTemplates", "TesseraTokenizers",
                "TesseraTestSupport",
            ],
            exclude: ["Golden"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PropertyTests",
            dependencies: [
                "TesseraDecoding", "TesseraEngine", "TesseraTemplates", "TesseraTokenizers",
                "TesseraTestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["TesseraFiles", "TesseraTestSupport"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11,
    cxxLanguageStandard: .cxx20
)

// The lab side: what stands on libtorch, which `make lab` puts under .deps. Only when asked for, so that without it the
// package needs no unsafe flags and any other can depend on it. (Whether .deps exists says nothing: SwiftPM would not
// notice when it comes or goes.)
if Context.environment["TESSERA_LAB"] == "1" {
    let libtorch = "\(Context.packageDirectory)/.deps/torch/lib"
    package.products.append(.executable(name: "tessera-lab", targets: ["TesseraLabCLI"]))
    package.targets += [
        // Row 1
        .target(
            name: "CTesseraTorch",
            cxxSettings: [
                .headerSearchPath("../../.deps/torch/include"),
                .headerSearchPath("../../.deps/torch/include/torch/csrc/api/include"), .headerSearchPath("."),
            ],
            linkerSettings: [
                .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
                // What libtorch itself stands on is found from where it lies.
                .unsafeFlags([
                    "-L\(libtorch)", "-Xlinker", "-rpath", "-Xlinker", libtorch,
                    "-Xlinker", "--allow-shlib-undefined",
                ]),
            ]
        ),
        .target(
            name: "TesseraTensor",
            dependencies: ["TesseraCore", "TesseraFiles", "CTesseraTorch"],
            swiftSettings: settings
        ),

        // Row 2
        .target(
            name: "TesseraArchitectures",
            dependencies: ["TesseraCore", "TesseraFiles", "TesseraTensor"],
            swiftSettings: settings
        ),

        // Row 3
        .target(
            name: "TesseraTraining",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraReport", "TesseraTokenizers", "TesseraVocabulary",
                "TesseraTensor", "TesseraArchitectures",
            ],
            swiftSettings: settings
        ),

        // Row 4
        // Without pkg-config, whose flags come first on the link line and name the reference BLAS: its `sgemm_` would
        // then stand before that of libtorch, which is some thirty times as fast. The module map links what is called.
        .systemLibrary(name: "CCLP", providers: [.apt(["coinor-libclp-dev"])]),
        .target(
            name: "TesseraMixture",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraReport", "TesseraTokenizers", "TesseraVocabulary",
                "CCLP",
            ],
            swiftSettings: settings
        ),

        // Row 5
        .target(
            name: "TesseraStudies",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraReport", "TesseraTemplates", "TesseraTokenizers",
                "TesseraVocabulary", "TesseraAnalysis", "TesseraEngine", "TesseraDecoding", "TesseraTensor",
                "TesseraArchitectures", "TesseraTraining", "TesseraMixture",
            ],
            swiftSettings: settings
        ),

        // Row 6
        .executableTarget(
            name: "TesseraLabCLI",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraReport", "TesseraTokenizers", "TesseraVocabulary",
                "TesseraTensor", "TesseraArchitectures", "TesseraTraining", "TesseraMixture",
                "TesseraStudies", "TesseraConsole",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        // Tests
        .testTarget(
            name: "TesseraTensorTests",
            dependencies: ["TesseraCore", "TesseraFiles", "TesseraTensor", "TesseraTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraMixtureTests",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraMixture", "TesseraReport", "TesseraTokenizers",
                "TesseraVocabulary",
                "TesseraTestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraArchitecturesTests",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraTensor", "TesseraEngine", "TesseraArchitectures",
                "TesseraTestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraTrainingTests",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraReport", "TesseraTokenizers", "TesseraVocabulary",
                "TesseraEngine", "TesseraDecoding", "TesseraTensor", "TesseraArchitectures",
                "TesseraTraining",
                "TesseraTestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TesseraStudiesTests",
            dependencies: [
                "TesseraCore", "TesseraFiles", "TesseraReport", "TesseraTokenizers", "TesseraVocabulary",
                "TesseraStudies", "TesseraTestSupport",
            ],
            swiftSettings: settings
        ),
    ]
}
