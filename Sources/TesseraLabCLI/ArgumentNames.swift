public import ArgumentParser
public import TesseraMixture
public import TesseraTraining
public import TesseraVocabulary

// Arguments are spelled as the cases are.
extension Corpus.Unit: ExpressibleByArgument {}
extension MixtureDenominator: ExpressibleByArgument {}
extension NetworkPlan.Architecture: ExpressibleByArgument {}
extension Schedule.Shape: ExpressibleByArgument {}
