#if CommandLine
import Almanac
import ArgumentParser

/// A list of the jobs that match, from its beginning or from after a job, up to a limit.
struct JobListOptions: ParsableArguments {
  @OptionGroup var filter: JobFilterOptions

  @Option(help: "The most jobs to list.")
  var limit = 100

  @Option(help: ArgumentHelp("Begins after this job: the last one of the page before.", valueName: "id"))
  var after: String?

  @OptionGroup var view: ViewOptions

  func validate() throws { try Pages.check(limit: self.limit) }

  /// Hands the jobs that match to the body, and says which could not be read and whether there are more.
  ///
  /// - Parameters:
  ///   - all: whatever the limit.
  ///   - statuses: the states that are meant where none is named; nil for all.
  ///   - refine: says more of what to ask for than the options do.
  func run(
    all: Bool = false, statuses: Set<JobStatus>? = JobFilterOptions.usualStatuses,
    asking refine: (inout JobQuery) -> Void,
    _ print: ([JobSnapshot], Scheduler, LocalTime, Console) async throws -> Void
  ) async throws {
    let console = Console.current
    // Before the store is opened: what is wrong with the command line is told first.
    var query = try self.filter.query(in: try self.view.zone.rules(), statuses: statuses)
    refine(&query)
    try await self.view.withScheduler { scheduler, time in
      query.cursor = try await self.cursor(for: query.order, scheduler)
      var jobs: [JobSnapshot] = []
      var unreadable: [UnreadableRecord] = []
      let hasMore = try await Pages.read(upTo: all ? .max : self.limit, largest: JobQuery.maximumLimit) { size in
        query.limit = size
        let page = try await scheduler.jobs(query)
        jobs += page.jobs
        unreadable += page.unreadable
        query.cursor = page.next
        return (page.jobs.count, page.next != nil)
      }
      try await print(jobs, scheduler, time, console)
      console.complain(ofUnreadable: unreadable)
      if hasMore, let last = jobs.last {
        console.complain("There are more; go on with --after \(VisibleText.line(last.id.rawValue))")
      }
    }
  }

  /// Where to begin. The order by time needs the time of the job that was last.
  private func cursor(for order: JobOrder, _ scheduler: Scheduler) async throws -> JobCursor? {
    guard let id = self.after.map({ JobID($0) }) else { return nil }
    let last = order == .nextFire ? try await scheduler.job(id) : nil
    return JobCursor(id: id, nextFire: last?.record.state.nextFire)
  }
}

/// Lists that are read page by page, up to a limit.
enum Pages {
  static func check(limit: Int) throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
  }

  /// Asks for page after page until there is as much as was wanted, or no more.
  ///
  /// - Parameters:
  ///   - largest: the most that one page holds.
  ///   - next: reads a page of at most so many, and answers how many it had and whether there is another.
  /// - Returns: whether there is more.
  static func read(
    upTo limit: Int, largest: Int, _ next: (_ size: Int) async throws -> (count: Int, hasMore: Bool)
  ) async throws -> Bool {
    var left = limit
    while left > 0 {
      let page = try await next(min(left, largest))
      guard page.hasMore else { return false }
      left -= page.count
    }
    return true
  }
}
#endif
