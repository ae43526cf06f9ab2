"""The audit of a cluster's torture: what the plan, the processes' own logs and the store's history say, held against each other."""
import collections
import copy
import random

Claim = collections.namedtuple("Claim", "job incarnation fire attempt claim kind node at")
End = collections.namedtuple("End", "job incarnation fire attempt claim how node at")
Refused = collections.namedtuple("Refused", "job incarnation claim node at")
Attempt = collections.namedtuple("Attempt", "job incarnation fire attempt claim outcome final node")
Fate = collections.namedtuple("Fate", "job incarnation first last count reason")


class Evidence:
    """All that is known of a run of the cluster."""

    def __init__(self):
        self.plan = {}  # job -> (kind, [fires])
        self.claims, self.ends, self.refused = [], [], []
        self.attempts, self.fates = [], []
        self.events = collections.Counter()
        self.torn = []
        self.left = 0

    def read_plan(self, text):
        for line in text.splitlines():
            job, kind, fire = line.split(" ")
            self.plan.setdefault(job, (kind, []))[1].append(int(fire))

    def read_log(self, text):
        for line in text.splitlines():
            words = line.split(" ")
            try:
                if words[0] == "claim":
                    job, incarnation, fire, attempt, claim, kind, node, at = words[1:]
                    self.claims.append(Claim(job, int(incarnation), int(fire), int(attempt), int(claim), kind, node, int(at)))
                elif words[0] == "end":
                    job, incarnation, fire, attempt, claim, how, node, at = words[1:]
                    self.ends.append(End(job, int(incarnation), int(fire), int(attempt), int(claim), how, node, int(at)))
                elif words[0] == "refused":
                    job, incarnation, claim, node, at = words[1:]
                    self.refused.append(Refused(job, int(incarnation), int(claim), node, int(at)))
                else:
                    self.events[words[0]] += 1
            except ValueError:
                self.torn.append(line)

    def read_history(self, text):
        for line in text.splitlines():
            words = line.split(" ")
            if words[0] == "attempt":
                job, incarnation, fire, attempt, claim, outcome, final, node = words[1:]
                self.attempts.append(
                    Attempt(job, int(incarnation), int(fire), int(attempt), int(claim), outcome, final == "final", node))
            else:
                job, incarnation, first, last, count, reason = words[1:]
                self.fates.append(Fate(job, int(incarnation), int(first), int(last), int(count), reason))

    def fires(self):
        return sum(len(fires) for _, fires in self.plan.values())

    # Each answers sentences about what is wrong; none where all is well.

    def audit(self):
        wrong = ["a torn line: %s" % line for line in self.torn]
        if self.left:
            wrong.append("%d jobs are not over" % self.left)
        if self.events["missed"]:
            wrong.append("a node missed events of its own: refused results cannot be counted")
        return wrong + self.doubled() + self.lost() + self.disagreeing() + self.stale()

    def doubled(self):
        wrong = []
        for key, count in collections.Counter((c.job, c.incarnation, c.fire, c.attempt) for c in self.claims).items():
            if count > 1:
                wrong.append("begun %d times: job %s.%d, fire %d, attempt %d" % (count, *key))
        for key, count in collections.Counter((c.job, c.incarnation, c.claim) for c in self.claims).items():
            if count > 1:
                wrong.append("begun %d times under one claim: job %s.%d, claim %d" % (count, *key))
        for key, count in collections.Counter((a.job, a.incarnation, a.fire, a.attempt) for a in self.attempts).items():
            if count > 1:
                wrong.append("in the history %d times: job %s.%d, fire %d, attempt %d" % (count, *key))
        once = collections.Counter((c.job, c.incarnation, c.fire) for c in self.claims if self.plan.get(c.job, ("",))[0] == "once")
        for key, count in once.items():
            if count > 1:
                wrong.append("begun %d times and must not be twice: job %s.%d, fire %d" % (count, *key))
        for job, count in collections.Counter(job for job, _ in {(a.job, a.incarnation) for a in self.attempts}).items():
            if count > 1:
                wrong.append("one job lives %d times: %s" % (count, job))
        return wrong

    def lost(self):
        wrong = []
        answered = collections.Counter((a.job, a.fire) for a in self.attempts if a.final)
        for fate in self.fates:
            fires = [f for f in self.plan.get(fate.job, ("", []))[1] if fate.first <= f <= fate.last]
            if len(fires) != fate.count:
                wrong.append("a fate counts %d fires of %s where %d were due" % (fate.count, fate.job, len(fires)))
            answered.update((fate.job, fire) for fire in fires)
        due = {(job, fire) for job, (_, fires) in self.plan.items() for fire in fires}
        for key in due - set(answered):
            wrong.append("without an end: job %s, fire %d" % key)
        for key in {(a.job, a.fire) for a in self.attempts} | {(c.job, c.fire) for c in self.claims}:
            if key not in due:
                wrong.append("was never due: job %s, fire %d" % key)
        for key, count in answered.items():
            if count > 1:
                wrong.append("ended %d times: job %s, fire %d" % (count, *key))
        return wrong

    def disagreeing(self):
        wrong = []
        told = {(a.job, a.incarnation, a.fire, a.attempt): a for a in self.attempts}
        through = {(e.job, e.incarnation, e.claim) for e in self.ends if e.how == "through"}
        begun = {(c.job, c.incarnation, c.fire, c.attempt) for c in self.claims}
        numbers = collections.defaultdict(list)
        for a in self.attempts:
            numbers[(a.job, a.incarnation, a.fire)].append(a.attempt)
            kind = self.plan.get(a.job, ("",))[0]
            key = "job %s, fire %d, attempt %d" % (a.job, a.fire, a.attempt)
            if a.outcome == "succeeded" and (a.job, a.incarnation, a.claim) not in through:
                wrong.append("succeeded and did not run through: " + key)
            if a.outcome in ("succeeded", "failed") and (a.job, a.incarnation, a.fire, a.attempt) not in begun:
                wrong.append("%s and was never begun: %s" % (a.outcome, key))
            allowed = ("succeeded", "unknown") if kind == "once" else ("succeeded",)
            if a.final and a.outcome not in allowed:
                wrong.append("ended as %s: %s" % (a.outcome, key))
        for (job, incarnation, fire), seen in numbers.items():
            if sorted(seen) != list(range(1, len(seen) + 1)):
                wrong.append("attempts %s of job %s, fire %d" % (sorted(seen), job, fire))
        for c in self.claims:
            row = told.get((c.job, c.incarnation, c.fire, c.attempt))
            if row is None:
                wrong.append("begun, not in the history: job %s, fire %d, attempt %d" % (c.job, c.fire, c.attempt))
            elif row.claim != c.claim:
                wrong.append("begun under claim %d, in the history under %d: job %s, fire %d, attempt %d" % (
                    c.claim, row.claim, c.job, c.fire, c.attempt))
        return wrong

    def stale(self):
        wrong = []
        outcomes = {(a.job, a.incarnation, a.claim): a.outcome for a in self.attempts}
        for r in self.refused:
            if outcomes.get((r.job, r.incarnation, r.claim)) in ("succeeded", "failed"):
                wrong.append("refused, and counted all the same: job %s, claim %d" % (r.job, r.claim))
        return wrong


def self_test(evidence, seed=1):
    """Does to good evidence, one at a time, what a broken scheduler would do. Answers what the audit did not notice."""
    dice = random.Random(seed)

    def another_claim(e):
        c = dice.choice(e.claims)
        e.claims.append(c._replace(claim=c.claim + 1_000_000, node="other"))

    def same_claim(e):
        e.claims.append(dice.choice(e.claims)._replace(node="other"))

    def lost_end(e):
        e.attempts.remove(dice.choice([a for a in e.attempts if a.final]))

    def lost_attempt(e):
        e.attempts.remove(dice.choice([a for a in e.attempts if not a.final]))

    def second_end(e):
        a = dice.choice([a for a in e.attempts if a.final])
        e.attempts.append(a._replace(attempt=a.attempt + 1, claim=a.claim + 1_000_000))

    def never_due(e):
        a = dice.choice(e.attempts)
        e.attempts.append(a._replace(fire=a.fire + 1))

    def not_begun(e):
        a = dice.choice([a for a in e.attempts if a.outcome == "succeeded"])
        e.claims = [c for c in e.claims if (c.job, c.claim) != (a.job, a.claim)]

    def not_through(e):
        a = dice.choice([a for a in e.attempts if a.outcome == "succeeded"])
        e.ends = [x for x in e.ends if (x.job, x.claim) != (a.job, a.claim)]

    def other_token(e):
        a = dice.choice([a for a in e.attempts if a.outcome == "succeeded"])
        e.attempts[e.attempts.index(a)] = a._replace(claim=a.claim + 1_000_000)

    def begun_twice(e):
        c = dice.choice([c for c in e.claims if c.kind == "once"])
        e.claims.append(c._replace(attempt=2, claim=c.claim + 1_000_000))

    def ended_badly(e):
        a = dice.choice([a for a in e.attempts if a.final and a.outcome == "succeeded"])
        e.attempts[e.attempts.index(a)] = a._replace(outcome="cancelled")

    def stale_counted(e):
        a = dice.choice([a for a in e.attempts if a.outcome == "succeeded"])
        e.refused.append(Refused(a.job, a.incarnation, a.claim, "other", 0))

    def second_life(e):
        a = dice.choice(e.attempts)
        e.attempts.append(a._replace(incarnation=a.incarnation + 1))

    def unfinished(e):
        e.left = 1

    def torn(e):
        e.read_log("claim torn-line 1")

    blind = []
    for plant in (another_claim, same_claim, lost_end, lost_attempt, second_end, never_due, not_begun, not_through, other_token,
                  begun_twice, ended_badly, stale_counted, second_life, unfinished, torn):
        doctored = copy.copy(evidence)
        for name in ("claims", "ends", "refused", "attempts", "fates", "torn"):
            setattr(doctored, name, list(getattr(evidence, name)))
        plant(doctored)
        if not doctored.audit():
            blind.append(plant.__name__)
    return blind
