//! No crash dump: it would hold keys and records, and nobody would know where it went.

/// Forbids dumps of this process and of those that it starts.
#[cfg(target_os = "linux")]
pub fn forbid() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Lowering a limit is always allowed; were it refused, the system would have to be asked what it is.
    if setrlimit(Resource::Core, none).is_err() {
        tracing::warn!("crash dumps cannot be forbidden");
    }
    // Nobody else of this user may read the memory either. The tests read it, therefore not in a debug build.
    #[cfg(not(debug_assertions))]
    if rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).is_err() {
        tracing::warn!("other programs of this user can read the memory");
    }
}

/// The other systems ask before they send a dump anywhere.
#[cfg(not(target_os = "linux"))]
pub fn forbid() {}
