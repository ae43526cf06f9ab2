#if CommandLine
import Almanac
import Yams

/// The tree of a YAML text, and the reading of scalars with their places.
struct YAMLSource {
  /// The root; nil where the text holds nothing but comments.
  let root: Node?

  /// No configuration that people write is larger.
  static let largest = 4 << 20

  init(_ text: String) throws(ConfigProblem) {
    guard text.utf8.count <= YAMLSource.largest else {
      throw ConfigProblem(line: 1, column: 1, message: "the file is larger than \(SizeText.exact(YAMLSource.largest))")
    }
    do {
      self.root = try Parser(yaml: text, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw YAMLSource.problem(error)
    } catch {
      throw ConfigProblem(line: 1, column: 1, message: VisibleText.line(String(describing: error)))
    }
  }

  private static func problem(_ error: YamlError) -> ConfigProblem {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let text =
        context.map { $0.mark.line == mark.line ? "\($0.text), " : "\($0.text) of line \($0.mark.line), " } ?? ""
      return ConfigProblem(line: mark.line, column: mark.column, message: "this is no YAML: \(text)\(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.sorted().map { "\"\(VisibleText.line($0))\"" }.joined(separator: ", ")
      return ConfigProblem(
        line: context.mark.line, column: context.mark.column, message: "\(names) is given more than once")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let line = before.reduce(1) { $0 + ($1.isNewline ? 1 : 0) }
      let column = before.reversed().prefix { !$0.isNewline }.count + 1
      return ConfigProblem(line: line, column: column, message: "this is no YAML: \(problem)")
    default:
      return ConfigProblem(line: 1, column: 1, message: "this is no YAML: \(VisibleText.line(error.description))")
    }
  }
}

extension Node {
  /// The problem of this node.
  func problem(_ message: String) -> ConfigProblem {
    ConfigProblem(line: self.mark?.line ?? 1, column: self.mark?.column ?? 1, message: message)
  }

  /// A problem inside the text of this scalar. Where the text does not lie in the file as it is, it is the scalar's own.
  func problem(_ syntax: SyntaxProblem) -> ConfigProblem {
    var problem = self.problem(syntax.message)
    guard case .scalar(let scalar) = self, !scalar.string.contains(where: \.isNewline) else { return problem }
    switch scalar.style {
    case .plain: problem.column += syntax.column - 1
    case .singleQuoted, .doubleQuoted:
      if !scalar.string.contains(where: { $0 == "\\" || $0 == "'" || $0 == "\"" }) { problem.column += syntax.column }
    case .any, .literal, .folded: break
    }
    return problem
  }

  /// What kind of node it is, in words.
  var kindInWords: String {
    switch self {
    case .scalar(let scalar):
      scalar.isNull ? "nothing" : "\"\(VisibleText.truncated(VisibleText.line(scalar.string), to: 40))\""
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}

extension Node.Scalar {
  /// Nothing, as in `key:` with nothing behind it.
  var isNull: Bool { self.style == .plain && ["", "~", "null", "Null", "NULL"].contains(self.string) }
}
#endif
