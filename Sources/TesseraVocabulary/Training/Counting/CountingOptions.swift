public import TesseraCore

/// How pieces are counted; the counts do not depend on it.
public struct CountingOptions: Sendable {
    /// The threads that cut and count.
    public var threads: Int

    /// The bytes that tables of counts may take in all; what does not fit is sorted and written to the disk.
    public var memoryInBytes: Int

    /// The folder in which counts are kept so that a killed job goes on where it was; nil: nothing is kept.
    public var workFolder: String?

    /// The bytes of text after which the state is written to the work folder.
    ///
    /// Some ten seconds of work on one core; writing takes a second of it.
    package var checkpointBytes = 1 << 29

    /// The bytes of text that a thread takes at a time.
    package var blockSize = 1 << 20

    /// How often each text counts; nil: once.
    package var resampling: TextResampling?

    /// All cores and a gigabyte.
    public init(threads: Int = availableCores(), memoryInBytes: Int = 1 << 30, workFolder: String? = nil) {
        self.threads = threads
        self.memoryInBytes = memoryInBytes
        self.workFolder = workFolder
    }
}
