//! A limit on everything that a caller can make grow.

use super::ConfigError;
use serde::{Deserialize, Serialize};
use wardkeep_sync::wire::{MAX_PULL_BYTES, MAX_PUSH_BYTES};

/// What one caller, one clinic and the whole server may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Clinics on this server.
    pub clinics: u32,
    /// Devices that one clinic's roster may list, revoked ones included.
    pub devices_per_clinic: u32,
    /// What one clinic may keep here (rosters, segments, parcels, sealed files), in bytes.
    pub storage_per_clinic_bytes: u64,
    /// Disk that must stay free, in bytes; with less, pushes are refused and everything else goes on.
    pub keep_free_bytes: u64,
    /// Open connections of all devices.
    pub connections: u32,
    /// Open connections of one device.
    pub connections_per_device: u32,
    /// Open connections of keys that no roster lists, such as devices that wait for their welcome.
    pub connections_of_strangers: u32,
    /// Open event streams of one device.
    pub event_streams_per_device: u32,
    /// Requests of one device in a second, on average.
    pub requests_per_s: u32,
    /// Requests of one device at once, before the average counts.
    pub request_burst: u32,
    /// Requests of one network address without a listed key in a second, on average.
    pub stranger_requests_per_s: u32,
    /// Requests of one such address at once.
    pub stranger_request_burst: u32,
    /// What one device may send in a second, on average, in bytes. Above it the server reads more slowly.
    pub upload_bytes_per_s: u64,
    /// One push of segments, in bytes.
    pub push_bytes: u64,
    /// One pull of segments, in bytes, whatever the caller asks for.
    pub pull_bytes: u64,
    /// One sealed file, in bytes.
    pub blob_bytes: u64,
    /// Parcels that wait for one device.
    pub parcels_per_device: u32,
    /// What is kept of a revoked device that it had not sent, in bytes.
    pub rescue_bytes_per_device: u64,
    /// Open invitations of one clinic.
    pub invitations_per_clinic: u32,
    /// How long a request may send nothing, in seconds.
    pub idle_request_s: u64,
    /// How long a half-sent sealed file is kept, in days.
    pub keep_upload_days: u64,
    /// Snapshots of one clinic, all compartments together.
    pub snapshots_per_clinic: u32,
    /// How long segments are kept after a snapshot that may stand in for them came, in days.
    pub keep_segments_days: u64,
}

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

impl Default for Limits {
    fn default() -> Self {
        Self {
            clinics: 20,
            devices_per_clinic: 2_000,
            storage_per_clinic_bytes: 200 * GIB,
            keep_free_bytes: 256 * MIB,
            connections: 4_000,
            connections_per_device: 8,
            connections_of_strangers: 128,
            event_streams_per_device: 4,
            requests_per_s: 500,
            request_burst: 2_000,
            stranger_requests_per_s: 5,
            stranger_request_burst: 50,
            upload_bytes_per_s: 64 * MIB,
            push_bytes: MAX_PUSH_BYTES as u64,
            pull_bytes: MAX_PULL_BYTES,
            blob_bytes: 2 * GIB,
            parcels_per_device: 10_000,
            rescue_bytes_per_device: 64 * MIB,
            invitations_per_clinic: 100,
            idle_request_s: 30,
            keep_upload_days: 14,
            snapshots_per_clinic: 16,
            keep_segments_days: 7,
        }
    }
}

impl Limits {
    /// Refuses limits under which nothing would work.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let least_counts = [
            self.clinics,
            self.devices_per_clinic,
            self.connections,
            self.connections_per_device,
            self.connections_of_strangers,
            self.event_streams_per_device,
            self.requests_per_s,
            self.request_burst,
            self.stranger_requests_per_s,
            self.stranger_request_burst,
            self.parcels_per_device,
            self.invitations_per_clinic,
            self.snapshots_per_clinic,
        ];
        let least_mib = [
            self.storage_per_clinic_bytes,
            self.upload_bytes_per_s,
            self.push_bytes,
            self.pull_bytes,
            self.blob_bytes,
            self.rescue_bytes_per_device,
        ];
        let times = [self.idle_request_s, self.keep_upload_days];
        if least_counts.contains(&0) || times.contains(&0) || least_mib.iter().any(|bytes| *bytes < 2 * MIB) {
            return Err(ConfigError::Unusable(
                "limits: every count is at least 1 and every size at least 2 MiB",
            ));
        }
        Ok(())
    }
}
