internal import Hummingbird
internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

extension Router<RouteContext> {
    /// `POST /tokenize`, in llama.cpp's shape (`content`) and in vLLM's (`prompt` or `messages`).
    func addTokenize(_ service: Service) {
        post("/tokenize") { request, _ in
            let fields = try await request.fields(limit: service.limits.bodyBytes)
            return Response.json(try TokenizeRequest(fields, model: service.model).answer)
        }
    }

    /// `POST /detokenize`; answers with both names for the text.
    func addDetokenize(_ service: Service) {
        post("/detokenize") { request, _ in
            let fields = try await request.fields(limit: service.limits.bodyBytes)
            let tokenizer = try service.model.tokenizer(named: fields["tokenizer"])
            let ids = try fields["tokens"].tokenIDs(below: tokenizer.vocabularySize)
            let text = tokenizer.decode(ids)
            return Response.json(["content": .string(text), "prompt": .string(text)])
        }
    }
}
