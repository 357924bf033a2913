//! `GET /v1/vector`: what the server has, of the compartments that the device may pull.

use crate::app::Device;
use crate::body::Cbor;
use wardkeep_sync::wire::VectorReply;

/// The roster's head and the tip of each chain.
pub async fn get(Device { caller, clinic }: Device) -> Cbor<VectorReply> {
    Cbor(clinic.relay().vector_for(&caller.device))
}
