//! Log lines: JSON on the standard error stream, one for each event. docs/server.md lists what they may hold.

use tracing_subscriber::EnvFilter;

/// Sets up logging for the whole process. A second call changes nothing.
pub fn start(level: &str) {
    // Only our own lines: those of libraries may name addresses and paths.
    let filter = EnvFilter::try_new(format!("off,wardkeep_server={level}"))
        .unwrap_or_else(|_| EnvFilter::new("off,wardkeep_server=info"));
    // It fails when there is a logger already, as in a program that embeds the server.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
