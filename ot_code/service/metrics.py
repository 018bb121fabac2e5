"""What /metrics says: counters and times, in a registry of this server's own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_TIMES = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.requests = Counter("ot_code_requests", "Requests answered", ["route", "status"], registry=registry)
        self.request_s = Histogram(
            "ot_code_request_seconds", "From arrival to answer", ["route"], buckets=_TIMES, registry=registry
        )
        self.wait_s = Histogram("ot_code_queue_seconds", "Waiting for a place", buckets=_TIMES, registry=registry)
        self.work_s = Histogram("ot_code_work_seconds", "In the sandbox or a judge", buckets=_TIMES, registry=registry)
        self.verdicts = Counter(
            "ot_code_verdicts", "Runs and judgements by how they ended", ["verdict"], registry=registry
        )
        self.faults = Counter("ot_code_faults", "Runs and judgements that a fault of ours spoilt", registry=registry)
        self.gone = Counter("ot_code_disconnects", "Callers that left before their answer", registry=registry)
        self.waiting = Gauge("ot_code_queue_waiting", "Requests that wait for a place", registry=registry)
        self.busy = Gauge("ot_code_slots_busy", "Places in use", registry=registry)
        self.slots = Gauge("ot_code_slots", "Places that there are", registry=registry)
        self.jails = Gauge("ot_code_jails_open", "Jails that are open", registry=registry)
        self.restarts = Gauge("ot_code_jail_restarts", "Jails that were closed as broken or dirty", registry=registry)
        self.fault_rate = Gauge("ot_code_fault_ratio", "Share of those that it spoilt", registry=registry)
        self.held = Gauge("ot_code_held_bytes", "Bytes of request bodies held", registry=registry)
        self._done = 0
        self._faulty = 0

    def count(self, verdict: str, *, fault: bool) -> None:
        """One run or judgement more."""
        self.verdicts.labels(verdict).inc()
        self._done += 1
        if fault:
            self.faults.inc()
            self._faulty += 1
        self.fault_rate.set(self._faulty / self._done)

    def text(self) -> bytes:
        """In Prometheus's format."""
        return generate_latest(self.registry)
