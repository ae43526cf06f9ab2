#if SQLite
/// Deletes rows of history that are too old, or too many, along an index each.
enum HistoryPruning {
  static let plainSQL = """
    delete from history where position in
    (select position from history where namespace = ? and keep_until is null and at < ? order by at limit ?)
    """
  static let untilSQL = """
    delete from history where position in
    (select position from history where namespace = ? and keep_until is not null and keep_until <= ?
    order by keep_until limit ?)
    """
  /// The newest row that is one too many, and those before it; nothing where there is none such.
  static let trimSQL = """
    delete from history where position in
    (select position from history where namespace = ? and job = ? and (incarnation, revision, ordinal) <=
    (select incarnation, revision, ordinal from history where namespace = ? and job = ?
    order by incarnation desc, revision desc, ordinal desc limit 1 offset ?)
    order by incarnation, revision, ordinal limit ?)
    """
}
#endif
