import Almanac

extension StoreLaw {
  static let concurrency: [StoreLaw] = [UInt64(1), 2, 3].map { seed in
    StoreLaw(
      .concurrency,
      "whatever several schedulers do at once, every run ends exactly once and nothing is lost (seed \(seed))"
    ) { scene in
      try await Workload(scene: scene, seed: seed).run(schedulers: 3, steps: 60)
    }
  }
}
