//! What the surfaces see of a wipe.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far an order to wipe a device has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WipeState {
    /// One admin has ordered it; the policy asks for a second.
    WaitsForSecond,
    /// It is ordered, and the device has not said that it heard of it.
    Ordered,
    /// The device has said, under its key, that it heard of the order.
    Delivered,
    /// The device has said, under its key, that keys and files are destroyed.
    Confirmed,
}

/// An order to wipe a device, as an admin sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct WipeView {
    /// How far it has come.
    pub state: WipeState,
    /// When it was ordered, by the clock of who ordered it, in Unix milliseconds.
    #[ts(type = "number")]
    pub ordered_ms: u64,
    /// Who ordered it.
    pub ordered_by: String,
    /// Whether this user may give the second word.
    pub may_confirm: bool,
    /// Whether the device posts first what it has not sent.
    pub post_unsent: bool,
    /// When the word came that it has heard of the order, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub delivered_ms: Option<u64>,
    /// When the receipt came, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub confirmed_ms: Option<u64>,
    /// When something of the device last came here, in Unix milliseconds; nothing where nothing did.
    #[ts(type = "number | null")]
    pub heard_ms: Option<u64>,
    /// When its lease ends at the latest, by what the server says of the last time it was renewed, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub lease_ends_ms: Option<u64>,
}

/// This device was wiped, or is being wiped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct WipedView {
    /// Whether everything is over: destroyed, and the receipt sent.
    pub over: bool,
    /// Since when, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
}
