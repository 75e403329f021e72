public import ArgumentParser
public import TesseraTraining

// Arguments are spelled as the cases are.
extension NetworkPlan.Architecture: ExpressibleByArgument {}
extension Schedule.Shape: ExpressibleByArgument {}
