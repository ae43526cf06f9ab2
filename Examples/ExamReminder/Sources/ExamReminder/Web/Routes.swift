import Almanac
import Hummingbird

/// The service's routes.
struct Routes: Sendable {
  let desk: RegistrationDesk

  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("/") { _, _ in Routes.page }
    router.get("/health") { _, _ in self.health() }
    router.post("/registrations") { try await self.register($0, $1) }
    router.delete("/registrations/:id") { try await self.cancel($0, $1) }
    router.post("/registrations/:id/send-again") { try await self.sendAgain($0, $1) }
    router.put("/exams/:exam") { try await self.move($0, $1) }
    router.get("/users/:openID/reminders") { try await self.reminders($0, $1) }
    return router
  }

  private struct Registered: ResponseEncodable {
    var outcome: RegistrationDesk.Outcome
    var registration: RegistrationView
  }

  private func register(_ request: Request, _ context: BasicRequestContext) async throws -> EditedResponse<Registered> {
    var reader = try await RequestReader(request, context: context)
    let openID = reader.name("openID")
    let exam = reader.name("exam")
    let title = reader.text("title", atMost: 60)
    let language = reader.language("language")
    let time = reader.examTime(now: try await self.desk.scheduler.now())
    try reader.finish()
    guard let time else { throw HTTPError(.internalServerError) }
    let (outcome, registration) = try await self.desk.register(
      RegistrationWish(
        openID: openID, exam: exam, title: title, language: language, local: time.local, zone: time.zone))
    return EditedResponse(
      status: outcome == .registered ? .created : .ok,
      response: Registered(outcome: outcome, registration: registration))
  }

  private func cancel(_ request: Request, _ context: BasicRequestContext) async throws -> HTTPResponse.Status {
    guard let id = self.id(context), try await self.desk.cancel(id) else { throw self.notFound(request) }
    return .noContent
  }

  private func sendAgain(_ request: Request, _ context: BasicRequestContext) async throws -> HTTPResponse.Status {
    guard let id = self.id(context), try await self.desk.sendAgain(id) else { throw self.notFound(request) }
    return .accepted
  }

  private func move(_ request: Request, _ context: BasicRequestContext) async throws -> RegistrationDesk.MoveReport {
    var reader = try await RequestReader(request, context: context)
    let time = reader.examTime(now: try await self.desk.scheduler.now())
    try reader.finish()
    guard let exam = context.parameters.get("exam"), RegistrationID.isName(exam) else {
      throw Refusal([FieldProblem(field: "exam", kind: .noName)], in: reader.language)
    }
    guard let time else { throw HTTPError(.internalServerError) }
    return try await self.desk.move(exam: exam, to: time.local, zone: time.zone)
  }

  private struct Reminders: ResponseEncodable {
    var openID: String
    var registrations: [RegistrationView]
  }

  private func reminders(_ request: Request, _ context: BasicRequestContext) async throws -> Reminders {
    guard let openID = context.parameters.get("openID"), RegistrationID.isName(openID) else {
      throw Refusal(
        [FieldProblem(field: "openID", kind: .noName)],
        in: Language(accepted: request.headers[.acceptLanguage]))
    }
    return Reminders(openID: openID, registrations: try await self.desk.registrations(of: openID))
  }

  private func health() -> EditedResponse<String> {
    let health = self.desk.scheduler.health
    return EditedResponse(
      status: health.status < .unhealthy ? .ok : .serviceUnavailable, response: "\(health.status.rawValue)\n")
  }

  private func id(_ context: BasicRequestContext) -> RegistrationID? {
    context.parameters.get("id").flatMap { RegistrationID($0) }
  }

  private func notFound(_ request: Request) -> Refusal {
    .notFound(in: Language(accepted: request.headers[.acceptLanguage]))
  }

  /// The page to try it by hand; a part of the program, so that there is nothing to install beside it.
  private static var page: Response {
    Response(
      status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.page_html)))
  }
}

extension RegistrationDesk.MoveReport: ResponseEncodable {}
