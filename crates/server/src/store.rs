//! What the server keeps, behind one interface: rosters, segments, parcels, invitations and the books of sealed files.
//!
//! Nothing here asks more than a database with transactions and unique keys can do: a later back-end may be shared by any number of
//! processes, so every writing call says what it expects to find and is told when somebody else was faster. Every call that
//! writes returns only when what it wrote is durable. Clinics are strictly apart: each call names one, and touches no other.

mod error;
pub mod sqlite;

pub use error::StoreError;
pub use sqlite::SqliteStore;

use crate::directory::PeerKey;
use crate::token::TokenHash;
use async_trait::async_trait;
use bytes::Bytes;
use wardkeep_roster::{ClinicId, Compartment, DeviceId};
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::{Chain, SegmentHash};
use wardkeep_sync::receipt::Stage;
use zeroize::Zeroizing;

/// The answer of a store.
pub type Stored<T> = Result<T, StoreError>;

/// A clinic to be founded.
pub struct Founding {
    /// Its id.
    pub clinic: ClinicId,
    /// The first entry of its roster, verified.
    pub genesis: Vec<u8>,
    /// The hash of the token that allows it.
    pub token: TokenHash,
    /// The present time, in milliseconds since 1970.
    pub now_ms: u64,
    /// How many clinics the server may have.
    pub most_clinics: u32,
}

/// What became of a founding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Founded {
    /// The clinic is there now.
    New,
    /// It was there before, founded with this token.
    Before,
    /// The token is unknown, used for another clinic, or its time is over.
    TokenRefused,
    /// The server has as many clinics as it may.
    ServerFull,
}

/// A segment that follows its chain's tip and was verified.
pub struct NewSegment {
    /// Its chain.
    pub chain: Chain,
    /// Its number.
    pub seq: u64,
    /// The hash of the one before.
    pub prev: SegmentHash,
    /// Its hash.
    pub hash: SegmentHash,
    /// All of it, as received.
    pub bytes: Bytes,
}

/// What became of a writing that expected a certain state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Appended {
    /// It is durable.
    Stored,
    /// The state is another one by now.
    NotNext,
    /// The clinic's storage is used up.
    OverQuota,
}

/// Segments of one chain as a stream of items.
#[derive(Default)]
pub struct Run {
    /// The items: each segment with its length in front.
    pub items: Vec<u8>,
    /// The number of the last one; 0 if there is none.
    pub last: u64,
}

/// A parcel for a device's mailbox.
pub struct NewParcel {
    /// Whose mailbox.
    pub recipient: DeviceId,
    /// Tells it from others.
    pub hash: [u8; 32],
    /// All of it, as received.
    pub bytes: Vec<u8>,
}

/// An invitation that an admin's device has made.
pub struct NewInvitation {
    /// Names it.
    pub id: [u8; 16],
    /// What the joining device's ticket must hash to.
    pub ticket_hash: [u8; 32],
    /// When it ends, in milliseconds since 1970.
    pub expires_ms: u64,
}

/// A request to join.
pub struct NewJoin {
    /// The invitation.
    pub invitation: [u8; 16],
    /// The hash of the ticket that was shown.
    pub ticket_hash: [u8; 32],
    /// The key of the connection that asks; only it is told the answer.
    pub key: PeerKey,
    /// The request.
    pub request: Vec<u8>,
    /// The present time.
    pub now_ms: u64,
}

/// What became of a request to join.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Joined {
    /// It waits, in this clinic.
    Waiting(ClinicId),
    /// No such invitation, or the ticket is not its.
    Unknown,
    /// Its time is over, or another request was made under it.
    Expired,
    /// The clinic's storage is used up.
    OverQuota,
}

/// What a device that asked to join is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JoinAnswer {
    /// This key has asked nothing under this invitation.
    Unknown,
    /// No answer yet.
    Waiting,
    /// The admin's welcome.
    Welcome(Vec<u8>),
    /// The admin has said no.
    Declined,
}

/// A device's answer to an order to wipe it, verified.
pub struct NewReceipt {
    /// Which device.
    pub device: DeviceId,
    /// How far it has come.
    pub stage: Stage,
    /// All of it, as received.
    pub bytes: Vec<u8>,
}

/// A segment that a revoked device has posted for rescue, verified.
pub struct NewRescue {
    /// Of which device.
    pub device: DeviceId,
    /// In which compartment.
    pub compartment: Compartment,
    /// Its hash.
    pub hash: SegmentHash,
    /// All of it, as received.
    pub bytes: Bytes,
}

/// What a device asks of its lease share.
pub enum LeaseAsk {
    /// What there is, or else this one.
    First(Zeroizing<[u8; 32]>),
    /// The device has this one: it replaces whatever there is.
    Holds(Zeroizing<[u8; 32]>),
    /// What there is.
    Again,
}

/// How far a sealed file has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Upload {
    /// Bytes that are here, from the first on.
    pub received: u64,
    /// Whether that is all, and verified.
    pub complete: bool,
}

/// A snapshot whose maker the roster bears out.
pub struct NewSnapshot {
    /// The hash of its manifest.
    pub id: [u8; 32],
    /// Of which compartment.
    pub compartment: Compartment,
    /// The hashes of its chunks.
    pub chunks: Vec<[u8; 32]>,
    /// All of the manifest, as received.
    pub manifest: Vec<u8>,
    /// The present time.
    pub now_ms: u64,
}

/// A snapshot as the store holds it, without its manifest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotRow {
    /// The hash of its manifest.
    pub id: [u8; 32],
    /// Of which compartment.
    pub compartment: Compartment,
    /// When it came.
    pub put_ms: u64,
    /// Whether segments were let go under it.
    pub dropped: bool,
    /// The countersignatures.
    pub signatures: Vec<Vec<u8>>,
    /// The devices that hold all that is in it.
    pub acknowledged: Vec<DeviceId>,
}

/// The figures of one clinic, for the operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClinicUsage {
    /// Which.
    pub clinic: ClinicId,
    /// What it keeps here, in bytes.
    pub stored_bytes: u64,
}

/// Everything the server keeps but the sealed files themselves.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// All clinics with what they use.
    async fn clinics(&self) -> Stored<Vec<ClinicUsage>>;

    /// Makes a founding token known.
    async fn add_token(&self, token: TokenHash, expires_ms: u64) -> Stored<()>;

    /// Uses the token and makes the clinic with its first entry, all or nothing.
    async fn found(&self, founding: Founding) -> Stored<Founded>;

    /// The entries of a roster after this number, in order.
    async fn entries(&self, clinic: ClinicId) -> Stored<Vec<Vec<u8>>>;

    /// Appends verified entries if the last one has the number `after`.
    async fn append_entries(&self, clinic: ClinicId, after: u32, entries: Vec<Vec<u8>>, quota: u64)
    -> Stored<Appended>;

    /// The tip of every chain.
    async fn tips(&self, clinic: ClinicId) -> Stored<Frontier>;

    /// Appends segments to their chains, each if it is the next. One that is not leaves the others alone.
    async fn append_segments(&self, clinic: ClinicId, segments: Vec<NewSegment>, quota: u64) -> Stored<Vec<Appended>>;

    /// Segments `from` to `to` of one chain, or as many of the first of them as fit; at least one where there is one.
    async fn segments(&self, clinic: ClinicId, chain: Chain, from: u64, to: u64, most_bytes: usize) -> Stored<Run>;

    /// Puts parcels into mailboxes. One that was there before is left as it is. Returns the devices that got something.
    async fn put_parcels(
        &self,
        clinic: ClinicId,
        parcels: Vec<NewParcel>,
        quota: u64,
        most: u32,
    ) -> Stored<Option<Vec<DeviceId>>>;

    /// The parcels of a mailbox after this number, oldest first, with their numbers.
    async fn parcels(&self, clinic: ClinicId, device: DeviceId, after: u64, most: usize)
    -> Stored<Vec<(u64, Vec<u8>)>>;

    /// Makes an invitation known, unless the clinic has `most` open ones. The same one twice is harmless.
    async fn add_invitation(
        &self,
        clinic: ClinicId,
        invitation: NewInvitation,
        now_ms: u64,
        most: u32,
    ) -> Stored<Appended>;

    /// Takes a request to join under an invitation of whatever clinic; one request for each invitation.
    async fn join(&self, join: NewJoin, quota: u64) -> Stored<Joined>;

    /// The requests that wait for an answer, with their invitations, oldest first.
    async fn joins(&self, clinic: ClinicId, now_ms: u64) -> Stored<Vec<([u8; 16], Vec<u8>)>>;

    /// Answers a request, once: `None` declines it. `NotNext` if no such request waits.
    async fn answer_join(&self, clinic: ClinicId, invitation: [u8; 16], welcome: Option<Vec<u8>>) -> Stored<Appended>;

    /// What the device that asked is told.
    async fn join_answer(&self, invitation: [u8; 16], key: PeerKey) -> Stored<JoinAnswer>;

    /// Keeps a receipt. One of the same device and stage stays as it is; with the last one the device's lease share goes.
    async fn put_receipt(&self, clinic: ClinicId, receipt: NewReceipt, quota: u64) -> Stored<Appended>;

    /// All receipts of a clinic.
    async fn receipts(&self, clinic: ClinicId) -> Stored<Vec<Vec<u8>>>;

    /// Keeps segments of a revoked device apart, as far as its bytes stay below `most_bytes`; one that is here stays as it is.
    async fn put_rescues(
        &self,
        clinic: ClinicId,
        rescues: Vec<NewRescue>,
        now_ms: u64,
        quota: u64,
        most_bytes: u64,
    ) -> Stored<Vec<Appended>>;

    /// What was rescued of these compartments after this number, oldest first: at most so many, of so many bytes, or a longer one alone.
    async fn rescues(
        &self,
        clinic: ClinicId,
        compartments: Vec<Compartment>,
        after: u64,
        most: (usize, usize),
    ) -> Stored<Vec<(u64, Vec<u8>)>>;

    /// The lease share of a device, and that it was handed out at this time; `None` where there is none and none may be made.
    async fn lease(
        &self,
        clinic: ClinicId,
        device: DeviceId,
        ask: LeaseAsk,
        now_ms: u64,
    ) -> Stored<Option<Zeroizing<[u8; 32]>>>;

    /// When each device was last handed its share.
    async fn leases(&self, clinic: ClinicId) -> Stored<Vec<(DeviceId, u64)>>;

    /// How far a sealed file has come.
    async fn upload(&self, clinic: ClinicId, blob: [u8; 32]) -> Stored<Upload>;

    /// Notes that a sealed file has so many more bytes here, if it had `from` until now.
    async fn grow_upload(
        &self,
        clinic: ClinicId,
        blob: [u8; 32],
        from: u64,
        bytes: u64,
        now_ms: u64,
        quota: u64,
    ) -> Stored<Appended>;

    /// Notes that a sealed file is whole and verified.
    async fn finish_upload(&self, clinic: ClinicId, blob: [u8; 32]) -> Stored<()>;

    /// Forgets a half-sent sealed file.
    async fn drop_upload(&self, clinic: ClinicId, blob: [u8; 32]) -> Stored<()>;

    /// Forgets a whole sealed file that is lost or damaged, so that it can be sent again.
    async fn lose_upload(&self, clinic: ClinicId, blob: [u8; 32]) -> Stored<()>;

    /// Half-sent sealed files that nobody has continued since.
    async fn stale_uploads(&self, before_ms: u64) -> Stored<Vec<(ClinicId, [u8; 32])>>;

    /// Notes that a chunk of so many bytes is here since this time. The same one twice is harmless.
    async fn put_chunk(
        &self,
        clinic: ClinicId,
        hash: [u8; 32],
        length_and_time: (u64, u64),
        quota: u64,
    ) -> Stored<Appended>;

    /// The length of a chunk, if it is here.
    async fn chunk(&self, clinic: ClinicId, hash: [u8; 32]) -> Stored<Option<u64>>;

    /// Chunks that came before this time and are of no snapshot.
    async fn stale_chunks(&self, before_ms: u64) -> Stored<Vec<(ClinicId, [u8; 32])>>;

    /// Forgets a chunk, unless it is of a snapshot by now. Says whether it was forgotten.
    async fn drop_chunk(&self, clinic: ClinicId, hash: [u8; 32]) -> Stored<bool>;

    /// Keeps a snapshot if all its chunks are here (`NotNext` if not) and the clinic has fewer than `most`.
    async fn put_snapshot(&self, clinic: ClinicId, new: NewSnapshot, quota: u64, most: u32) -> Stored<Appended>;

    /// All snapshots, newest first.
    async fn snapshots(&self, clinic: ClinicId) -> Stored<Vec<SnapshotRow>>;

    /// The manifest of a snapshot.
    async fn manifest(&self, clinic: ClinicId, id: [u8; 32]) -> Stored<Option<Vec<u8>>>;

    /// Keeps a device's countersignature, one for each device and at most `most`. `false` if there is no such snapshot.
    async fn sign_snapshot(
        &self,
        clinic: ClinicId,
        id: [u8; 32],
        signature: (DeviceId, Vec<u8>),
        most: u32,
    ) -> Stored<bool>;

    /// Notes that a device holds all that is in a snapshot. `false` if there is no such snapshot.
    async fn acknowledge_snapshot(&self, clinic: ClinicId, id: [u8; 32], device: DeviceId) -> Stored<bool>;

    /// Lets go of segments up to these under a snapshot; chains keep their tips. Says how many bytes went. Segments that are stored
    /// together with later ones may stay.
    async fn drop_segments(&self, clinic: ClinicId, id: [u8; 32], upto: Vec<(Chain, u64)>) -> Stored<u64>;

    /// Forgets a snapshot; its chunks stay until [`Store::drop_chunk`].
    async fn forget_snapshot(&self, clinic: ClinicId, id: [u8; 32]) -> Stored<()>;

    /// Forgets invitations and tokens whose time is over, with the requests under them.
    async fn forget_expired(&self, now_ms: u64) -> Stored<()>;

    /// Whether the store can write.
    async fn check(&self) -> Stored<()>;

    /// Writes everything to its place and lets go of the files. Later calls fail.
    async fn close(&self) -> Stored<()>;
}
