//! The device's mailbox: parcels with compartment keys.

use super::connection::Link;
use super::error::LinkError;
use wardkeep_sync::wire::{MAX_PARCELS, ParcelsPost, ParcelsReply};

impl Link {
    /// Puts parcels into the mailboxes that they name.
    pub async fn post_parcels(&self, parcels: Vec<Vec<u8>>) -> Result<(), LinkError> {
        for some in parcels.chunks(MAX_PARCELS) {
            self.tell("/v1/parcels", &ParcelsPost { parcels: some.to_vec() })
                .await?;
        }
        Ok(())
    }

    /// What is in this device's mailbox after this number.
    pub async fn parcels_after(&self, number: u64) -> Result<ParcelsReply, LinkError> {
        self.get(&format!("/v1/parcels?after={number}")).await
    }
}
