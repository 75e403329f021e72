extension PublishedSystem {
    /// All of them, by name.
    public static let all: [PublishedSystem] = [
        PublishedSystem(
            "adaptive-draft-verification",
            "Adaptive Draft-Verification for Efficient Large Language Model Decoding", "2407.12021",
            "drafts from a store of trigrams that learns while decoding", "generate --draft adaptive"),
        PublishedSystem(
            "approximate-unlearning", "Who's Harry Potter? Approximate Unlearning in LLMs", "2310.02238",
            "making a model forget one body of text"),
        PublishedSystem(
            "big-little-decoder", "Speculative Decoding with Big Little Decoder", "2302.07863",
            "a small model that writes and a large one that corrects",
            "generate --draft-model M --rollback NATS"),
        PublishedSystem(
            "byte2word", "Word-Level Representation From Bytes For Language Modeling", "2211.12677",
            "an encoder whose words are made of their bytes"),
        PublishedSystem(
            "correlation-guided-compression",
            "Token-level Correlation-guided Compression for Efficient Multimodal Document Understanding",
            "2407.14439", "dropping visual tokens of document pages"),
        PublishedSystem(
            "data-mixture-inference",
            "Data Mixture Inference: What do BPE Tokenizers Reveal about their Training Data?", "2407.16607",
            "what text a BPE tokenizer was trained on, from its merges", "tokenizer mixture"),
        PublishedSystem(
            "duo-llm", "Duo-LLM: A Framework for Studying Adaptive Computation in Large Language Models",
            "2410.10846", "how much computing a token needs"),
        PublishedSystem(
            "dynamic-tokenization", "Retrofitting (Large) Language Models with Dynamic Tokenization",
            "2411.18553",
            "merging tokens of a batch on the fly"),
        PublishedSystem(
            "edit-operations",
            "Reducing Sequence Length by Predicting Edit Operations with Large Language Models", "2305.11862",
            "writing only what changes in a text"),
        PublishedSystem(
            "electra", "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators",
            "2003.10555", "training an encoder to find replaced tokens"),
        PublishedSystem(
            "exact-byte-probabilities",
            "Exact Byte-Level Probabilities from Tokenized Language Models for FIM-Tasks and Model Ensembles",
            "2410.09303", "the next byte's probabilities from any tokenized model", "generate --bytes"),
        PublishedSystem(
            "extensible-tokenization",
            "Flexibly Scaling Large Language Models' Contexts Through Extensible Tokenization", "2401.07793",
            "longer texts in the same window"),
        PublishedSystem(
            "flextok", "FlexTok: Resampling Images into 1D Token Sequences of Flexible Length", "2502.13967",
            "images as token sequences of any length"),
        PublishedSystem(
            "hierarchical-autoregressive",
            "Hierarchical Autoregressive Transformers: Combining Byte- and Word-Level Processing for Robust, Adaptable Language Models",
            "2501.10322", "a model of words that reads and writes bytes"),
        PublishedSystem(
            "image-generation-design-space",
            "Elucidating the design space of language models for image generation", "2410.16257",
            "comparing the parts of autoregressive image models"),
        PublishedSystem(
            "keyformer",
            "Keyformer: KV Cache Reduction through Key Tokens Selection for Efficient Generative Inference",
            "2403.09054", "a bounded cache that keeps the tokens that count",
            "generate --cache-policy keyformer"),
        PublishedSystem(
            "large-concept-models",
            "Large Concept Models: Language Modeling in a Sentence Representation Space", "2412.08821",
            "predicting sentence after sentence"),
        PublishedSystem(
            "learn-your-tokens", "Learn Your Tokens: Word-Pooled Tokenization for Language Modeling",
            "2310.11628", "words pooled from their characters"),
        PublishedSystem(
            "less-is-better",
            "Rethinking Tokenization: Crafting Better Tokenizers for Large Language Models", "2403.00417",
            "one vocabulary of subwords, words and expressions, learned online",
            "tokenizer train --model less-is-better"),
        PublishedSystem(
            "lexinvariant", "Lexinvariant Language Models", "2305.16349",
            "a model whose symbols mean something new in each text"),
        PublishedSystem(
            "mrt5", "MrT5: Dynamic Token Merging for Efficient Byte-level Language Models", "2410.20771",
            "deleting bytes inside an encoder"),
        PublishedSystem(
            "multi-rate-residuals",
            "M2R2: Mixture of Multi-Rate Residuals for Efficient Transformer Inference", "2502.02040",
            "early exits that look ahead"),
        PublishedSystem(
            "next-x-prediction",
            "Beyond Next-Token: Next-X Prediction for Autoregressive Visual Generation", "2502.20388",
            "images by patches, cells or scales"),
        PublishedSystem(
            "pixel-sentence", "Pixel Sentence Representation Learning", "2402.08183",
            "sentence embeddings of rendered text"),
        PublishedSystem(
            "qtok",
            "Qtok: A Comprehensive Framework for Evaluating Multilingual Tokenizer Quality in Large Language Models",
            "2410.12989", "what kinds of tokens a vocabulary holds",
            "tokenizer compare --vocabularies"),
        PublishedSystem(
            "reagent",
            "ReAGent: A Model-agnostic Feature Attribution Method for Generative Language Models",
            "2402.00794", "which tokens a prediction came from", "attribute"),
        PublishedSystem(
            "romanization",
            "Romanization-based Large-scale Adaptation of Multilingual Language Models", "2304.08865",
            "text of any script in Latin letters", "romanize"),
        PublishedSystem(
            "seed-vision", "Planting a SEED of Vision in Large Language Model", "2307.08041",
            "image tokens that a language model reads and writes"),
        PublishedSystem(
            "self-generated-tokens",
            "Bridging the Training-Inference Gap in LLMs by Leveraging Self-Generated Tokens", "2410.14655",
            "training on a model's own tokens"),
        PublishedSystem(
            "skip-decode",
            "SkipDecode: Autoregressive Skip Decoding with Batching and Caching for Efficient LLM Inference",
            "2307.02628", "fewer layers for later tokens"),
        PublishedSystem(
            "structural-objectives", "Structural Self-Supervised Objectives for Transformers", "2309.08272",
            "training encoders by swapped tokens and by structure"),
        PublishedSystem(
            "structural-recursion",
            "Transformer-Based Models Are Not Yet Perfect At Learning to Emulate Structural Recursion",
            "2401.12947", "whether a model learned recursion or a shortcut"),
        PublishedSystem(
            "theory-of-tokenization", "Toward a Theory of Tokenization in LLMs", "2404.08335",
            "text of known entropy, to judge tokenizers with", "study run theory-of-tokenization"),
        PublishedSystem(
            "token-merging",
            "Token Merging for Training-Free Semantic Binding in Text-to-Image Synthesis", "2411.07132",
            "attributes on the right objects of a picture"),
        PublishedSystem(
            "token-recycling",
            "Turning Trash into Treasure: Accelerating Inference of Large Language Models with Token Recycling",
            "2408.08696", "drafts from candidates that were thrown away", "generate --draft recycling"),
        PublishedSystem(
            "token-unify",
            "TokenUnify: Scalable Autoregressive Visual Pre-training with Mixture Token Prediction",
            "2405.16847", "pre-training on volumes of microscopy"),
        PublishedSystem(
            "tokenformer", "TokenFormer: Rethinking Transformer Scaling with Tokenized Model Parameters",
            "2410.23168", "growing a model by parameter tokens"),
        PublishedSystem(
            "tokenization-counts",
            "Tokenization counts: the impact of tokenization on arithmetic in frontier LLMs", "2402.14903",
            "digits in groups from the right", "generate --regroup-digits"),
        PublishedSystem(
            "trans-tokenization",
            "Trans-Tokenization and Cross-lingual Vocabulary Transfers: Language Adaptation of LLMs for Low-Resource NLP",
            "2408.04303", "a vocabulary for another language, from translations"),
        PublishedSystem(
            "vocabulary-expansion",
            "Vocabulary Expansion for Low-resource Cross-lingual Transfer", "2406.11477",
            "adding tokens with very little text"),
        PublishedSystem(
            "wechsel",
            "WECHSEL: Effective initialization of subword embeddings for cross-lingual transfer of monolingual language models",
            "2112.06598", "a vocabulary for another language, from word vectors"),
        PublishedSystem(
            "xgrammar",
            "XGrammar: Flexible and Efficient Structured Generation Engine for Large Language Models",
            "2411.15100", "output that always matches a grammar", "generate --json-schema"),
        PublishedSystem(
            "zero-shot-tokenizer-transfer", "Zero-Shot Tokenizer Transfer", "2405.07883",
            "embeddings of new tokens from their spelling"),
    ]
}
