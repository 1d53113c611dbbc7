"""GET /metrics: the service in figures, for Prometheus (text exposition format)."""

from collections.abc import Iterator
from hmac import compare_digest
from ipaddress import ip_address

from fastapi import Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from digest.actions.service_health import Health, service_health
from digest.clock import utc_now
from digest.domain.errors import Forbidden
from digest.metrics import exposition
from digest.settings import Settings
from digest.web.site import Here

FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


def metrics(request: Request, site: Here) -> Response:
    """GET /metrics: with the token where there is one, else for this machine alone."""
    if not _may_ask(request, site.settings):
        raise Forbidden("Metrics need DIGEST_METRICS_TOKEN, or a request from the machine itself.")
    registry = CollectorRegistry()
    registry.register(Service(service_health(site.db, utc_now())))
    here, _ = exposition()  # this process's own: of `digest up`, a sender's
    return Response(generate_latest(registry) + here, media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_ask(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is not None:
        wanted = f"Bearer {settings.metrics_token.get_secret_value()}"
        given = request.headers.get("authorization", "")
        return compare_digest(given.encode(), wanted.encode())
    if any(name in request.headers for name in FORWARDED):
        return False  # a proxy on this machine asks for somebody else
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class Service(Collector):
    """What Health knows, as gauges."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        yield from self._processes()
        yield from self._work()
        yield from self._outside()

    def _processes(self) -> Iterator[Metric]:
        facts = self._health.facts
        ages = GaugeMetricFamily(
            "digest_heartbeat_age_seconds",
            "Since a process was heard of.",
            labels=["kind", "host", "pid"],
        )
        clocks = GaugeMetricFamily(
            "digest_clock_offset_seconds",
            "Host's clock minus the database's.",
            labels=["kind", "host", "pid"],
        )
        disks = GaugeMetricFamily(
            "digest_disk_free_bytes", "Free where HOME is.", labels=["kind", "host", "pid"]
        )
        for one in facts.heartbeats:
            labels = [one.kind.value, one.host, str(one.pid)]
            ages.add_metric(labels, (facts.database_time - one.seen_at).total_seconds())
            clocks.add_metric(labels, one.clock_off)
            disks.add_metric(labels, one.disk_free << 20)
        yield from (ages, clocks, disks)

    def _work(self) -> Iterator[Metric]:
        deliveries = GaugeMetricFamily(
            "digest_campaign_deliveries",
            "Deliveries of campaigns that run or ended within a day, by state.",
            labels=["campaign", "state"],
        )
        for one in self._health.facts.campaigns:
            for state, n in one.counts.items():
                deliveries.add_metric([str(one.campaign.id), state.value], n)
        queues = GaugeMetricFamily(
            "digest_queue_messages", "Messages that wait for a worker.", labels=["queue"]
        )
        for name, waiting in (self._health.queues or {}).items():
            queues.add_metric([name], waiting)
        leases = GaugeMetricFamily("digest_leases", "Deliveries in senders' hands.", labels=["how"])
        leases.add_metric(["held"], self._health.leases.held)
        leases.add_metric(["expired"], self._health.leases.expired)
        alarms = GaugeMetricFamily("digest_alarm_open", "Things that are wrong.", labels=["kind"])
        kinds = [finding.kind.value for finding in self._health.findings]
        for kind in sorted(set(kinds)):
            alarms.add_metric([kind], kinds.count(kind))
        yield from (deliveries, queues, leases, alarms)

    def _outside(self) -> Iterator[Metric]:
        relays = GaugeMetricFamily(
            "digest_relay_failures", "Failed connections in a row.", labels=["relay"]
        )
        for relay in self._health.facts.relays:
            relays.add_metric([relay.name], relay.failures)
        sources = GaugeMetricFamily(
            "digest_source_failures", "Failed looks in a row.", labels=["source"]
        )
        for source in self._health.facts.sources:
            sources.add_metric([source.slug], source.failures)
        feedback = GaugeMetricFamily(
            "digest_feedback_events",
            "What came back within a day, by what proves it and what it did.",
            labels=["evidence", "effect"],
        )
        for (evidence, effect), n in self._health.feedback.items():
            feedback.add_metric([evidence.value, effect.value], n)
        yield from (relays, sources, feedback)
