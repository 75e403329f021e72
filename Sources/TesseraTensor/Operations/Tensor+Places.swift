internal import CTesseraTorch
public import TesseraCore

// Some of the numbers, by their places.
extension Tensor {
    /// One place of an axis, which is gone afterwards; negative ones count from the end: `try x[axis: 1, -1]`.
    public subscript(axis axis: Int, place: Int) -> Tensor {
        get throws(LocatedError) {
            try Tensor("place \(place) of axis \(axis)", [self]) {
                tt_select(handle, Int64(axis), Int64(place))
            }
        }
    }

    /// A range of places of an axis: `try x[axis: -1, 0..<half]`.
    ///
    /// - Throws: `LocatedError` when the axis has no such places.
    public subscript(axis axis: Int, places: Range<Int>) -> Tensor {
        get throws(LocatedError) {
            let shape = shape
            let index = axis < 0 ? axis + shape.count : axis
            // libtorch cuts a range short without a word.
            guard shape.indices.contains(index), places.lowerBound >= 0, places.upperBound <= shape[index]
            else {
                throw LocatedError(
                    field: "places \(places) of axis \(axis) of \(shape)",
                    problem: "there are no such places",
                    remedy: "check the shapes and types of what it is given")
            }
            return try Tensor("places \(places)", [self]) {
                tt_slice(handle, Int64(axis), Int64(places.lowerBound), Int64(places.upperBound))
            }
        }
    }

    /// The places of an axis from one on: `try x[axis: 1, 1...]`.
    public subscript(axis axis: Int, places: PartialRangeFrom<Int>) -> Tensor {
        get throws(LocatedError) {
            try self[axis: axis, places.lowerBound..<Swift.max(places.lowerBound, length(of: axis))]
        }
    }

    /// The length of an axis; 0 for one that is not there.
    public func length(of axis: Int) -> Int {
        let shape = shape
        let index = axis < 0 ? axis + shape.count : axis
        return shape.indices.contains(index) ? shape[index] : 0
    }

    /// For every number of `places` the one that stands there along `axis`; shapes are equal but for that axis.
    public func gathered(_ places: Tensor, axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("gather", [self, places]) { tt_gather(handle, Int64(axis), places.handle) }
    }

    /// The places of an axis that `places`, of one axis, names.
    public func selected(_ places: Tensor, axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("index select", [self, places]) { tt_index_select(handle, Int64(axis), places.handle) }
    }

    /// The numbers with those of `source` added at the places of an axis that `places` names.
    public func added(_ source: Tensor, at places: Tensor, axis: Int) throws(LocatedError) -> Tensor {
        try Tensor("index add", [self, places, source]) {
            tt_index_add(handle, Int64(axis), places.handle, source.handle)
        }
    }

    /// For every whole number a row of `classes` zeros with a one in its place.
    public func oneHot(classes: Int) throws(LocatedError) -> Tensor {
        try Tensor("one hot", [self]) { tt_one_hot(handle, Int64(classes)) }
    }

    /// The places of what is not 0: `[found, rank]`.
    public func nonzeroPlaces() throws(LocatedError) -> Tensor {
        try Tensor("nonzero", [self]) { tt_nonzero(handle) }
    }
}
