#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The natural logarithm.
func logarithm(_ value: Double) -> Double { log(value) }

/// The power of e.
func exponential(_ value: Double) -> Double { exp(value) }

/// A power of `base`.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
