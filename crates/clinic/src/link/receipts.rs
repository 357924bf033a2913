//! Receipts of wiped devices.

use super::connection::Link;
use super::error::LinkError;
use wardkeep_sync::wire::{ReceiptPost, ReceiptsReply};

impl Link {
    /// Gives the server this device's answer to an order to wipe it. Harmless when repeated.
    pub async fn post_receipt(&self, receipt: Vec<u8>) -> Result<(), LinkError> {
        self.tell("/v1/receipts", &ReceiptPost { receipt }).await
    }

    /// What devices have answered: to be verified by the roster.
    pub async fn receipts(&self) -> Result<ReceiptsReply, LinkError> {
        self.get("/v1/receipts").await
    }
}
