/// Ranges of text in the order of the bytes of UTF-8, in which every store compares.
package enum TextRange {
  /// The first text, in the order of UTF-8's bytes, after all that begin with the prefix; nil where there is none.
  package static func end(ofPrefix prefix: String) -> String? {
    var scalars = Array(prefix.unicodeScalars)
    while let last = scalars.popLast() {
      // The order of bytes is the order of code points, among which the surrogates have no place.
      let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
      if let scalar = Unicode.Scalar(next) {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        text.append(scalar)
        return String(text)
      }
    }
    return nil
  }
}
