//! What is counted, in Prometheus' text form. No label names a device, a user or an address.

use prometheus_client::encoding::text::encode_registry;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Of a finished request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The route, by its pattern.
    pub route: &'static str,
    /// The status of the answer.
    pub status: u16,
}

/// Of something that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Why {
    /// Why, in one word.
    pub why: &'static str,
}

/// What became of a pushed segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Outcome {
    /// It is durable.
    Stored,
    /// It was here before.
    Duplicate,
    /// It was not taken.
    Refused,
}

/// Of pushed segments.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeLabel {
    /// What became of them.
    pub outcome: Outcome,
}

/// All counts since the start.
pub struct Metrics {
    registry: Registry,
    /// Finished requests.
    pub requests: Family<RequestLabels, Counter>,
    /// How long they took, in seconds. Event streams and long waits are not among them.
    pub request_seconds: Histogram,
    /// Open connections.
    pub connections: Gauge,
    /// Handshakes and connections that were not let in.
    pub refused_connections: Family<Why, Counter>,
    /// Connections that a revocation has cut.
    pub cut_connections: Counter,
    /// Pushed segments.
    pub segments: Family<OutcomeLabel, Counter>,
    /// Bytes of segments that were stored.
    pub stored_bytes: Counter,
    /// Bytes of segments that were pulled.
    pub pulled_bytes: Counter,
    /// Open event streams.
    pub event_streams: Gauge,
    /// Clinics.
    pub clinics: Gauge,
    /// When the certificate ends, in seconds since 1970.
    pub certificate_ends: Gauge,
    /// Certificates that were exchanged while running.
    pub certificate_changes: Counter,
    /// Whether the disk is too full to take anything big.
    pub disk_is_low: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let buckets = [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
        ];
        let mut metrics = Self {
            registry: Registry::with_prefix("wardkeep"),
            requests: Family::default(),
            request_seconds: Histogram::new(buckets),
            connections: Gauge::default(),
            refused_connections: Family::default(),
            cut_connections: Counter::default(),
            segments: Family::default(),
            stored_bytes: Counter::default(),
            pulled_bytes: Counter::default(),
            event_streams: Gauge::default(),
            clinics: Gauge::default(),
            certificate_ends: Gauge::default(),
            certificate_changes: Counter::default(),
            disk_is_low: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Finished requests", self.requests.clone());
        registry.register_with_unit(
            "request",
            "Duration of requests",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register(
            "refused_connections",
            "Connections not let in",
            self.refused_connections.clone(),
        );
        registry.register(
            "cut_connections",
            "Connections cut by a revocation",
            self.cut_connections.clone(),
        );
        registry.register("segments", "Pushed segments", self.segments.clone());
        registry.register_with_unit("stored", "Segments stored", Unit::Bytes, self.stored_bytes.clone());
        registry.register_with_unit("pulled", "Segments pulled", Unit::Bytes, self.pulled_bytes.clone());
        registry.register("event_streams", "Open event streams", self.event_streams.clone());
        registry.register("clinics", "Clinics", self.clinics.clone());
        registry.register(
            "certificate_end_timestamp_seconds",
            "End of the server's certificate",
            self.certificate_ends.clone(),
        );
        registry.register(
            "certificate_changes",
            "Certificates exchanged",
            self.certificate_changes.clone(),
        );
        registry.register("disk_is_low", "1 if the disk is nearly full", self.disk_is_low.clone());
    }

    /// Everything as text.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode_registry(&mut text, &self.registry);
        text
    }
}
