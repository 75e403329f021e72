import TesseraCore
import TesseraStudies
import Testing

@Suite("Studies at the small scale")
struct SmallStudyTests {
    @Test(
        "what must hold exactly holds, within seconds", arguments: StudyRegistry.all.map(\.name),
        [1, 7] as [UInt64])
    func holds(name: String, seed: UInt64) throws {
        let study = try StudyRegistry.study(named: name)
        let record = try StudyRecord(
            running: study, scale: .small, seed: seed, conditions: StudyConditions())
        #expect(record.verdict == .holds, "\(record.reasons)")
        #expect(!record.findings.isEmpty)
        // Alone it takes five seconds at most; tests run beside each other.
        #expect(record.seconds < 60)
    }

    @Test("a run can be stopped", arguments: StudyRegistry.all.map(\.name))
    func cancelled(name: String) throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        // Texts that are not there are told first; whatever comes, nothing runs for minutes.
        #expect(throws: (any Error).self) {
            try StudyRegistry.study(named: name).run(
                scale: .full, seed: 1, conditions: StudyConditions(cancellation: cancellation))
        }
    }

    @Test("an unknown name is told with those that exist")
    func unknown() {
        #expect {
            try StudyRegistry.study(named: "qtik")
        } throws: { error in
            let text = "\(error)"
            return text.contains("qtik") && StudyRegistry.all.allSatisfy { text.contains($0.name) }
        }
    }

    @Test("each study is of a published system, has a claim and thresholds, and measures each name once")
    func registry() throws {
        #expect(Set(StudyRegistry.all.map(\.name)).count == StudyRegistry.all.count)
        for study in StudyRegistry.all {
            #expect(PublishedSystem.named(study.name) != nil, "\(study.name)")
            #expect(study.claim.hasSuffix(".") && study.claim.count < 140)
            #expect(study.expectedSeconds > 0)
            for scale in StudyScale.allCases {
                let names = study.thresholds(at: scale).map(\.measurement)
                #expect(!names.isEmpty && Set(names).count == names.count)
            }
        }
        let firstTrained = StudyRegistry.all.firstIndex { $0.trainsNetworks } ?? StudyRegistry.all.count
        #expect(StudyRegistry.all[firstTrained...].allSatisfy { $0.trainsNetworks })
    }
}
