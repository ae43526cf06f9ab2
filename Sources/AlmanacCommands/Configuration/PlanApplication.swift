import Almanac

/// Makes a store say what a configuration file says.
struct PlanApplication: Sendable {
  let scheduler: Scheduler
  let file: ConfigFile

  /// Reads what is stored, works out the plan and carries it out.
  ///
  /// - Returns: the plan as it was carried out.
  func apply(now: Instant) async throws -> Plan {
    var plan = Plan(self.file.jobs, creator: self.file.creator, existing: try await self.existing(), now: now)
    let jobs = Dictionary(self.file.jobs.map { ($0.id, $0) }) { first, _ in first }
    for index in plan.steps.indices {
      let step = plan.steps[index]
      if step.action == .removed {
        try await self.remove(step.id)
      } else if step.action.writes, let job = jobs[step.id] {
        plan.steps[index].action = try await self.add(job, step.action)
      }
      if step.action != .removed, let job = jobs[step.id], let note = try await self.follow(job, step.action) {
        plan.steps[index].note = note
      }
    }
    return plan
  }

  /// Asks for one run of each job that runs at a start. Only a start of the daemon does this; applying the file again does not.
  func runStartJobs(of plan: Plan) async throws {
    let foreign = Set(plan.steps.filter { $0.action == .conflict }.map(\.id))
    for job in self.file.jobs where job.runsAtStart && !job.isPaused && !foreign.contains(job.id) {
      do {
        try await self.scheduler.runNow(job.id)
      } catch let error as SchedulerError where error.code == .refused || error.code == .notFound {
        // Removed or set aside meanwhile: then it is not to run.
      }
    }
  }

  private func existing() async throws -> [JobRecord] {
    var records: [JobID: JobRecord] = [:]
    var query = JobQuery(statuses: nil, creator: self.file.creator, limit: JobQuery.maximumLimit)
    repeat {
      let page = try await self.scheduler.jobs(query)
      for job in page.jobs { records[job.id] = job.record }
      query.cursor = page.next
    } while query.cursor != nil
    for job in self.file.jobs where records[job.id] == nil {
      if let found = try await self.scheduler.job(job.id) { records[job.id] = found.record }
    }
    return records.values.sorted { $0.id < $1.id }
  }

  private func add(_ job: JobDeclaration, _ action: Plan.Action) async throws -> Plan.Action {
    let options = job.options(creator: self.file.creator)
    let added =
      switch job.work {
      case .command(let payload):
        try await self.scheduler.add(
          payload, trigger: job.trigger, id: job.id, onConflict: .replace, policies: job.policies, options: options)
      case .http(let payload):
        try await self.scheduler.add(
          payload, trigger: job.trigger, id: job.id, onConflict: .replace, policies: job.policies, options: options)
      }
    return switch added.disposition {
    case .added: .added
    case .replaced: .changed
    case .unchanged, .kept: action
    }
  }

  private func remove(_ id: JobID) async throws {
    do {
      try await self.scheduler.remove(id)
    } catch let error as SchedulerError where error.code == .refused || error.code == .notFound {
      // Somebody else was faster.
    }
  }

  /// Pauses what the file pauses, and takes back only a pause that came from the file: what a person paused stays so.
  private func follow(_ job: JobDeclaration, _ action: Plan.Action) async throws -> String? {
    guard action == .changed || action == .unchanged, let found = try await self.scheduler.job(job.id) else {
      return nil
    }
    do {
      if job.isPaused, found.status == .active {
        try await self.scheduler.pause(job.id, note: PlanApplication.pauseNote)
        return "paused by the file"
      }
      if !job.isPaused, found.status == .paused, found.note == PlanApplication.pauseNote {
        try await self.scheduler.resume(job.id)
        return "resumed by the file"
      }
    } catch let error as SchedulerError where error.code == .refused || error.code == .notFound {
      return nil
    }
    return nil
  }

  static let pauseNote = "paused in the configuration file"
}
