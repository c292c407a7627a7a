"""The Prometheus metrics of a process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """The Prometheus metrics, in a registry of their own so that two services in one process (tests) do not share
    counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "sanku_http_request_seconds",
            "Response time by route",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.events_done = self._counter(
            "sanku_events_done", "Events acknowledged by workers of this process", "name"
        )
        self.events_failed = self._counter("sanku_events_failed", "Failed attempts to handle events", "name")
        self.events_waiting = self._gauge("sanku_events_waiting", "Events not yet acknowledged")
        self.events_dead = self._gauge("sanku_events_dead", "Events in the dead-letter list")
        self.index_vectors = self._gauge("sanku_index_vectors", "Vectors in the index", "kind")
        self.index_position = self._gauge(
            "sanku_index_position", "Sequence number up to which the index has followed"
        )
        self.tie_alarms = self._gauge(
            "sanku_tie_alarms",
            "Alarms of the last 24 hours: an organisation changes ties of its records again and again",
        )
        self.reading_alarms = self._gauge(
            "sanku_reading_alarms",
            "Alarms of the last 24 hours: somebody reads many contacts, confidential records or files of others",
        )
        self.turns = self._gauge("sanku_turns", "Requests with slow work, working or waiting", "state")
        self.turns_refused = self._counter(
            "sanku_turns_refused",
            "Requests with slow work that were refused: too many of one holder, no place to wait, or no turn in time",
            "reason",
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)
