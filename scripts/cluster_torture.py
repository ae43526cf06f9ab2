"""Several schedulers on one database, killed, stopped and let go on at random, and what must be true of them afterwards."""
import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from cluster_audit import Evidence, self_test

HERE = os.path.dirname(os.path.abspath(__file__))
# By the name of a store: the server as scripts/servers knows it, and where it leaves the address.
SERVERS = {"postgresql": ("postgresql", "ALMANAC_TEST_POSTGRESQL"), "mysql": ("mariadb", "ALMANAC_TEST_MYSQL")}


class Node:
    """One process; its log outlives it."""

    def __init__(self, bench, number):
        self.name = "node-%d" % number
        self.path = os.path.join(bench.place, self.name + ".log")
        self.begun_at = time.time()
        self.stopped_until = None
        self.was_stopped_at = 0
        self.stops = []
        self.killed_at = None
        words = [bench.binary, "node", bench.store, self.name, self.path, str(int(bench.lifetime * 1_000))]
        # A host of its own: its peers must not find out by its process id that it is gone.
        if bench.apart:
            words.append("host-of-" + self.name)
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=bench.output, stderr=bench.output, start_new_session=True)

    def kill(self):
        self.killed_at = time.time()
        self.process.kill()
        self.process.wait()

    def stop(self, seconds):
        self.process.send_signal(signal.SIGSTOP)
        self.was_stopped_at = time.time()
        self.stopped_until = time.time() + seconds

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)
        self.stops.append((self.was_stopped_at, time.time()))
        self.stopped_until = None
        self.was_stopped_at = time.time()


class Cluster:
    def __init__(self, args):
        self.args = args
        self.binary = os.path.abspath(args.binary)
        self.lifetime = args.lifetime
        self.apart = args.apart
        self.place = tempfile.mkdtemp(prefix="almanac-cluster-")
        os.chmod(self.place, 0o755)
        self.output = open(os.path.join(self.place, "nodes.log"), "w")
        self.dice = random.Random(args.seed)
        self.servers = None
        self.store = self.open_store(args.store)
        self.nodes, self.gone = [], []
        self.figures = collections.Counter()
        self.count = 0
        self.read = {}
        self.blows = []

    def open_store(self, store):
        if store == "sqlite":
            return "sqlite:" + os.path.join(self.place, "cluster.sqlite")
        if store not in SERVERS:
            self.servers = self.args.servers
            return store
        kind, variable = SERVERS[store]
        # A server of its own, since what is done to it others would suffer from.
        self.servers = os.path.join(self.place, "servers")
        os.environ["SERVERS"] = kind
        self.serve("start")
        if self.args.failover:
            self.serve("standby")
        with open(os.path.join(self.servers, "env")) as f:
            for line in f:
                if variable + ("_PAIR=" if self.args.failover else "=") in line:
                    return line.split("=", 1)[1].strip().strip("'")
        sys.exit("torture: no %s is installed" % store)

    def serve(self, command):
        if subprocess.run([os.path.join(HERE, "servers"), command, self.servers]).returncode != 0:
            sys.exit("torture: scripts/servers %s failed" % command)

    def ask(self, *words):
        for patience in range(60):
            out = subprocess.run([self.binary, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if out.returncode == 0:
                return out.stdout.decode()
            time.sleep(1)
        sys.exit("torture: %s: %s" % (words[0], out.stderr.decode()))

    def start_node(self):
        self.count += 1
        self.nodes.append(Node(self, self.count))

    def begun(self):
        """How many claims the logs tell of; each log is read on from where it was left."""
        for node in self.nodes + self.gone:
            try:
                with open(node.path, "rb") as f:
                    offset, count = self.read.get(node.name, (0, 0))
                    f.seek(offset)
                    new = f.read()
                    self.read[node.name] = (offset + len(new), count + new.count(b"claim "))
            except FileNotFoundError:
                pass
        return sum(count for _, count in self.read.values())

    # MARK: What is done to them

    def torment(self):
        dice, lifetime = self.dice, self.lifetime
        awake = [node for node in self.nodes if node.stopped_until is None]
        # One is always there to take over, or every time would be measured by when it comes back.
        if len(awake) < 2:
            return
        victim = dice.choice(awake)
        what = dice.random()
        if what < 0.5:
            victim.kill()
            self.nodes.remove(victim)
            self.gone.append(victim)
            self.figures["kills"] += 1
            self.start_node()
        elif what < 0.75:
            victim.stop(dice.uniform(0.1, 0.7) * lifetime)
            self.figures["short stops"] += 1
        else:
            victim.stop(dice.uniform(1.2, 2.0) * lifetime)
            self.figures["long stops"] += 1

    def watch(self):
        now = time.time()
        for node in list(self.nodes):
            if node.stopped_until is not None:
                if now >= node.stopped_until:
                    node.go_on()
            elif node.process.poll() is not None:
                sys.exit("torture: %s ended by itself with %d; see %s" % (node.name, node.process.returncode, self.place))

    def run(self):
        args = self.args
        seconds = max(int(args.fires / args.rate), 10)
        evidence = Evidence()
        evidence.read_plan(self.ask("fill", self.store, str(args.fires), str(seconds), str(args.seed)))
        began = self.began = time.time()
        for _ in range(args.nodes):
            self.start_node()
        blows = [fires * evidence.fires() // (args.restarts + 1) for fires in range(1, args.restarts + 1)] if self.servers else []
        next_torment = began + 5
        next_look = began + seconds
        while True:
            time.sleep(0.05)
            self.watch()
            now = time.time()
            over = now >= began + seconds
            if now >= next_torment and not over:
                self.torment()
                next_torment = now + self.dice.uniform(0.3, 1.7) * args.pace
            if blows and self.begun() >= blows[0]:
                blows.pop(0)
                self.blows.append(time.time())
                if args.failover and not self.figures["failovers"]:
                    self.serve("failover")
                    self.figures["failovers"] += 1
                else:
                    self.serve("crash")
                    self.figures["restarts"] += 1
            if now >= next_look:
                if int(self.ask("left", self.store)) == 0:
                    break
                next_look = now + 2
            if now > began + args.budget:
                print("  WRONG not over after %d s" % args.budget)
                break
        self.drained = time.time() - began
        self.end()
        for node in self.nodes + self.gone:
            if os.path.exists(node.path):
                with open(node.path) as f:
                    evidence.read_log(f.read())
        evidence.read_history(self.ask("history", self.store))
        evidence.left = int(self.ask("left", self.store))
        return evidence

    def end(self):
        for node in self.nodes:
            if node.stopped_until is not None:
                node.go_on()
            # The end of its input is the word to end.
            node.process.stdin.close()
        for node in self.nodes:
            try:
                if node.process.wait(timeout=60) != 0:
                    print("  WRONG %s ended with %d" % (node.name, node.process.returncode))
                    self.figures["bad ends"] += 1
            except subprocess.TimeoutExpired:
                print("  WRONG %s did not end" % node.name)
                self.figures["bad ends"] += 1
                node.kill()

    def clean(self):
        for node in self.nodes:
            if node.process.poll() is None:
                node.process.kill()
        if self.servers and self.servers.startswith(self.place):
            self.serve("stop")

    # MARK: Recovery

    def recoveries(self, evidence):
        """From each kill to the moment at which each run that it hit is begun again, of jobs that fire once: others wait for their turn."""
        ended = {(e.job, e.incarnation, e.claim) for e in evidence.ends}
        begun = {(c.job, c.fire, c.attempt): c for c in evidence.claims}
        times, near = [], []
        for node in self.gone:
            # What a node holds that was not itself of late is others' already, perhaps.
            if node.killed_at - node.was_stopped_at < 2 * self.lifetime:
                continue
            hit = []
            for c in evidence.claims:
                if c.node == node.name and c.attempt == 1 and c.kind != "once" and c.job.startswith("single-") and (c.job, c.incarnation, c.claim) not in ended:
                    again = begun.get((c.job, c.fire, 2))
                    if again:
                        hit.append(again.at / 1e6 - node.killed_at)
            hit = sorted(seconds for seconds in hit if seconds > 0)
            # A server that is away or was just restarted, and a store whose writer stands still, let nobody take over.
            disturbed = any(0 < node.killed_at - at < 15 or 0 < at - node.killed_at < 5 for at in self.blows)
            if hit and hit[-1] > 3:
                still = [other.name for other in self.nodes + self.gone for begin, end in other.stops
                         if begin < node.killed_at + hit[-1] and end > node.killed_at]
                print("  %s, killed at %.1f s%s%s: its %d runs begun again after %.2f to %.2f s" % (
                    node.name, node.killed_at - self.began, ", near a restart" if disturbed else "",
                    "".join(", while %s stood still" % name for name in still), len(hit), hit[0], hit[-1]))
            (near if disturbed else times).extend(hit)
        return sorted(times), sorted(near)


def torture(args):
    cluster = Cluster(args)
    load = os.getloadavg()[0]
    try:
        evidence = cluster.run()
    finally:
        cluster.clean()
    wrong = evidence.audit()
    figures = cluster.figures
    outcomes = collections.Counter(a.outcome for a in evidence.attempts)
    print("  %s, %d nodes, session %.0f s, %s: %d fires due, %d attempts (%s), %d claims begun, %d dropped in %d lines" % (
        args.store.split(":")[0], args.nodes, args.lifetime, "hosts apart" if args.apart else "one host", evidence.fires(),
        len(evidence.attempts), ", ".join("%s %d" % pair for pair in sorted(outcomes.items())), len(evidence.claims),
        sum(fate.count for fate in evidence.fates), len(evidence.fates)))
    print("  %d kills, %d short and %d long stops, %d restarts and %d failovers of the server; %d sessions opened, %d lost; %d stale results refused" % (
        figures["kills"], figures["short stops"], figures["long stops"], figures["restarts"], figures["failovers"],
        evidence.events["opened"], evidence.events["lost"], len(evidence.refused)))
    times, near = cluster.recoveries(evidence)
    for what, group in (("", times), (", near a restart of the server", near)):
        if group:
            print("  from a kill to each of its runs begun again%s: median %.2f s, max %.2f s, of %d runs" % (
                what, group[len(group) // 2], group[-1], len(group)))
    print("  %.0f s in all; load %.1f at the beginning, %.1f at the end" % (cluster.drained, load, os.getloadavg()[0]))
    if args.fires >= 5_000:
        # A torture that hits nothing proves nothing.
        for name in ("kills", "long stops"):
            if not figures[name]:
                wrong.append("no %s: this proves nothing" % name)
        if not evidence.refused:
            wrong.append("nobody tried to write a stale result: this proves nothing")
        if not times and not near:
            wrong.append("no kill hit a run: this proves nothing")
    if not wrong:
        for name in self_test(evidence, args.seed):
            wrong.append("the audit does not notice what it is for: %s" % name)
    if wrong or figures["bad ends"]:
        for line in wrong[:40]:
            print("  WRONG " + line)
        print("%d things are wrong; the files are in %s" % (len(wrong), cluster.place))
        return 1
    shutil.rmtree(cluster.place)
    return 0
