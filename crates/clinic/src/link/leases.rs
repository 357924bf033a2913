//! The lease share of this device.

use super::connection::Link;
use super::error::LinkError;
use wardkeep_sync::wire::{LeasePost, LeaseReply, LeasesReply};

impl Link {
    /// Asks for this device's share, or gives it back to a server that lost it. Harmless when repeated.
    pub async fn lease(&self, ask: &LeasePost) -> Result<LeaseReply, LinkError> {
        self.post("/v1/lease", ask).await
    }

    /// When each device was last handed its share, by the server's word.
    pub async fn leases(&self) -> Result<LeasesReply, LinkError> {
        self.get("/v1/leases").await
    }
}
