internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import TesseraFiles

/// Runs a request for text and answers it, whole or as a stream of server-sent events.
struct GenerationStream: Sendable {
    /// Takes a request, or throws `APIError`.
    let submit: @Sendable (GenerationRequest) throws(APIError) -> Job

    /// Submits a request and answers with what `writer` makes of its events.
    ///
    /// The job is cancelled as soon as the client has gone or does not take its answer.
    func answer(
        _ asked: some TextRequest, writer: some AnswerWriter, _ context: RouteContext
    ) async throws -> Response {
        let connection = try await context.connection()
        let job = try submit(asked.generation)
        let watch = connection.whenGone { job.cancel() }
        guard asked.sampling.streams else {
            defer { connection.forget(watch) }
            return try await whole(job, writer)
        }
        let includesUsage = asked.sampling.includesUsage
        let body = ResponseBody { bodyWriter in
            defer {
                // After the end this does nothing; before it, the client did not take the answer.
                job.cancel()
                connection.forget(watch)
            }
            try await Self.stream(job, writer, includesUsage: includesUsage, to: &bodyWriter)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"], body: body
        )
    }

    private func whole(_ job: Job, _ writer: some AnswerWriter) async throws -> Response {
        var writer = writer
        while let events = await job.events.next() {
            if case .failed(let error)? = events.last { throw error }
            _ = writer.chunks(for: events)
        }
        return .json(writer.answer)
    }

    private static func stream(
        _ job: Job, _ writer: some AnswerWriter, includesUsage: Bool,
        to body: inout any ResponseBodyWriter
    ) async throws {
        var writer = writer
        while let events = await job.events.next() {
            var buffer = ByteBuffer()
            for chunk in writer.chunks(for: events) { append(chunk, to: &buffer) }
            if case .failed(let error)? = events.last { append(error.json, to: &buffer) }
            if buffer.readableBytes > 0 { try await body.write(buffer) }
        }
        var end = ByteBuffer()
        if includesUsage { append(writer.usageChunk, to: &end) }
        end.writeString("data: [DONE]\n\n")
        try await body.write(end)
        try await body.finish(nil)
    }

    private static func append(_ value: JSONValue, to buffer: inout ByteBuffer) {
        buffer.writeString("data: ")
        buffer.writeBytes(value.serializedBytes())
        buffer.writeString("\n\n")
    }
}
