#if PostgreSQL
extension Schema {
  /// By which connection others see that the process of a session is there.
  ///
  /// `guard` is the server process of a connection that holds an advisory lock for the session, and `guard_server` says which server it was, and since
  /// when that ran: what was said to a server that was restarted, or that another one took the place of, says nothing about now. Both are null where the
  /// process says nothing of itself.
  static let guards = """
    alter table session add column guard bigint, add column guard_server bigint;
    """
}
#endif
