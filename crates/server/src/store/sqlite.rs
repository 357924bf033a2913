//! The store in one SQLCipher file: one thread writes and shares each fsync among all who wait, a few connections read.

mod book;
mod clinic;
mod device;
mod join;
mod mailbox;
mod open;
mod readers;
pub mod rekey;
mod rescue;
mod schema;
mod segments;
mod snapshots;
mod writer;

pub use open::{DatabaseKey, KeyError};

use super::{
    Appended, ClinicUsage, Founded, Founding, JoinAnswer, Joined, LeaseAsk, NewInvitation, NewJoin, NewParcel,
    NewReceipt, NewRescue, NewSegment, NewSnapshot, Run, SnapshotRow, Store, StoreError, Stored, Upload,
};
use crate::directory::PeerKey;
use crate::token::TokenHash;
use async_trait::async_trait;
use readers::Readers;
use std::path::Path;
use wardkeep_roster::{ClinicId, Compartment, DeviceId};
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::Chain;
use writer::Writer;
use zeroize::Zeroizing;

/// The embedded store.
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
}

impl SqliteStore {
    /// Makes the file with its tables; it must not exist.
    pub fn create(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        open::create(path, key)?;
        Self::open(path, key)
    }

    /// Opens what is there, and brings it to the present version.
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        let mut connection = open::for_writing(path, key)?;
        schema::migrate(&mut connection)?;
        Ok(Self {
            readers: Readers::open(path, key)?,
            writer: Writer::start(connection)?,
        })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn clinics(&self) -> Stored<Vec<ClinicUsage>> {
        self.readers.run(clinic::all).await
    }

    async fn add_token(&self, token: TokenHash, expires_ms: u64) -> Stored<()> {
        self.writer
            .run(move |tx| clinic::add_token(tx, token, expires_ms))
            .await
    }

    async fn found(&self, founding: Founding) -> Stored<Founded> {
        self.writer.run(move |tx| clinic::found(tx, &founding)).await
    }

    async fn entries(&self, clinic: ClinicId) -> Stored<Vec<Vec<u8>>> {
        self.readers.run(move |db| clinic::entries(db, clinic)).await
    }

    async fn append_entries(
        &self,
        clinic: ClinicId,
        after: u32,
        entries: Vec<Vec<u8>>,
        quota: u64,
    ) -> Stored<Appended> {
        self.writer
            .run(move |tx| clinic::append_entries(tx, clinic, after, &entries, quota))
            .await
    }

    async fn tips(&self, clinic: ClinicId) -> Stored<Frontier> {
        self.readers.run(move |db| segments::tips(db, clinic)).await
    }

    async fn append_segments(&self, clinic: ClinicId, new: Vec<NewSegment>, quota: u64) -> Stored<Vec<Appended>> {
        self.writer
            .run(move |tx| segments::append(tx, clinic, &new, quota))
            .await
    }

    async fn segments(&self, clinic: ClinicId, chain: Chain, from: u64, to: u64, most_bytes: usize) -> Stored<Run> {
        self.readers
            .run(move |db| segments::read(db, clinic, chain, from..=to, most_bytes))
            .await
    }

    async fn put_parcels(
        &self,
        clinic: ClinicId,
        parcels: Vec<NewParcel>,
        quota: u64,
        most: u32,
    ) -> Stored<Option<Vec<DeviceId>>> {
        self.writer
            .run(move |tx| mailbox::put(tx, clinic, &parcels, quota, most))
            .await
    }

    async fn parcels(
        &self,
        clinic: ClinicId,
        device: DeviceId,
        after: u64,
        most: usize,
    ) -> Stored<Vec<(u64, Vec<u8>)>> {
        self.readers
            .run(move |db| mailbox::read(db, clinic, device, after, most))
            .await
    }

    async fn add_invitation(&self, clinic: ClinicId, new: NewInvitation, now_ms: u64, most: u32) -> Stored<Appended> {
        self.writer
            .run(move |tx| join::invite(tx, clinic, &new, now_ms, most))
            .await
    }

    async fn join(&self, new: NewJoin, quota: u64) -> Stored<Joined> {
        self.writer.run(move |tx| join::ask(tx, &new, quota)).await
    }

    async fn joins(&self, clinic: ClinicId, now_ms: u64) -> Stored<Vec<([u8; 16], Vec<u8>)>> {
        self.readers.run(move |db| join::waiting(db, clinic, now_ms)).await
    }

    async fn answer_join(&self, clinic: ClinicId, invitation: [u8; 16], welcome: Option<Vec<u8>>) -> Stored<Appended> {
        self.writer
            .run(move |tx| join::answer(tx, clinic, &invitation, welcome.as_deref()))
            .await
    }

    async fn join_answer(&self, invitation: [u8; 16], key: PeerKey) -> Stored<JoinAnswer> {
        self.readers.run(move |db| join::told(db, &invitation, key)).await
    }

    async fn put_receipt(&self, clinic: ClinicId, receipt: NewReceipt, quota: u64) -> Stored<Appended> {
        self.writer
            .run(move |tx| device::put_receipt(tx, clinic, &receipt, quota))
            .await
    }

    async fn receipts(&self, clinic: ClinicId) -> Stored<Vec<Vec<u8>>> {
        self.readers.run(move |db| device::receipts(db, clinic)).await
    }

    async fn put_rescues(
        &self,
        clinic: ClinicId,
        new: Vec<NewRescue>,
        now_ms: u64,
        quota: u64,
        most_bytes: u64,
    ) -> Stored<Vec<Appended>> {
        self.writer
            .run(move |tx| rescue::put(tx, clinic, &new, now_ms, (quota, most_bytes)))
            .await
    }

    async fn rescues(
        &self,
        clinic: ClinicId,
        compartments: Vec<Compartment>,
        after: u64,
        most: (usize, usize),
    ) -> Stored<Vec<(u64, Vec<u8>)>> {
        self.readers
            .run(move |db| rescue::read(db, clinic, &compartments, after, most))
            .await
    }

    async fn lease(
        &self,
        clinic: ClinicId,
        device: DeviceId,
        ask: LeaseAsk,
        now_ms: u64,
    ) -> Stored<Option<Zeroizing<[u8; 32]>>> {
        self.writer
            .run(move |tx| device::lease(tx, clinic, device, &ask, now_ms))
            .await
    }

    async fn leases(&self, clinic: ClinicId) -> Stored<Vec<(DeviceId, u64)>> {
        self.readers.run(move |db| device::leases(db, clinic)).await
    }

    async fn upload(&self, clinic: ClinicId, blob: [u8; 32]) -> Stored<Upload> {
        self.readers.run(move |db| book::upload(db, clinic, &blob)).await
    }

    async fn grow_upload(
        &self,
        clinic: ClinicId,
        blob: [u8; 32],
        from: u64,
        bytes: u64,
        now_ms: u64,
        quota: u64,
    ) -> Stored<Appended> {
        let growth = book::Growth { from, bytes, now_ms };
        self.writer
            .run(move |tx| book::grow(tx, clinic, &blob, growth, quota))
            .await
    }

    async fn finish_upload(&self, clinic: ClinicId, blob: [u8; 32]) -> Stored<()> {
        self.writer.run(move |tx| book::finish(tx, clinic, &blob)).await
    }

    async fn drop_upload(&self, clinic: ClinicId, blob: [u8; 32]) -> Stored<()> {
        self.writer.run(move |tx| book::forget(tx, clinic, &blob)).await
    }

    async fn lose_upload(&self, clinic: ClinicId, blob: [u8; 32]) -> Stored<()> {
        self.writer.run(move |tx| book::lose(tx, clinic, &blob)).await
    }

    async fn stale_uploads(&self, before_ms: u64) -> Stored<Vec<(ClinicId, [u8; 32])>> {
        self.readers.run(move |db| book::stale(db, before_ms)).await
    }

    async fn put_chunk(&self, clinic: ClinicId, hash: [u8; 32], length: (u64, u64), quota: u64) -> Stored<Appended> {
        self.writer
            .run(move |tx| snapshots::put_chunk(tx, clinic, &hash, length, quota))
            .await
    }

    async fn chunk(&self, clinic: ClinicId, hash: [u8; 32]) -> Stored<Option<u64>> {
        self.readers.run(move |db| snapshots::chunk(db, clinic, &hash)).await
    }

    async fn stale_chunks(&self, before_ms: u64) -> Stored<Vec<(ClinicId, [u8; 32])>> {
        self.readers.run(move |db| snapshots::stale_chunks(db, before_ms)).await
    }

    async fn drop_chunk(&self, clinic: ClinicId, hash: [u8; 32]) -> Stored<bool> {
        self.writer
            .run(move |tx| snapshots::drop_chunk(tx, clinic, &hash))
            .await
    }

    async fn put_snapshot(&self, clinic: ClinicId, new: NewSnapshot, quota: u64, most: u32) -> Stored<Appended> {
        self.writer
            .run(move |tx| snapshots::put(tx, clinic, &new, quota, most))
            .await
    }

    async fn snapshots(&self, clinic: ClinicId) -> Stored<Vec<SnapshotRow>> {
        self.readers.run(move |db| snapshots::all(db, clinic)).await
    }

    async fn manifest(&self, clinic: ClinicId, id: [u8; 32]) -> Stored<Option<Vec<u8>>> {
        self.readers.run(move |db| snapshots::manifest(db, clinic, &id)).await
    }

    async fn sign_snapshot(
        &self,
        clinic: ClinicId,
        id: [u8; 32],
        (device, bytes): (DeviceId, Vec<u8>),
        most: u32,
    ) -> Stored<bool> {
        self.writer
            .run(move |tx| snapshots::sign(tx, clinic, &id, (device, &bytes), most))
            .await
    }

    async fn acknowledge_snapshot(&self, clinic: ClinicId, id: [u8; 32], device: DeviceId) -> Stored<bool> {
        self.writer
            .run(move |tx| snapshots::acknowledge(tx, clinic, &id, device))
            .await
    }

    async fn drop_segments(&self, clinic: ClinicId, id: [u8; 32], upto: Vec<(Chain, u64)>) -> Stored<u64> {
        self.writer
            .run(move |tx| snapshots::drop_segments(tx, clinic, &id, &upto))
            .await
    }

    async fn forget_snapshot(&self, clinic: ClinicId, id: [u8; 32]) -> Stored<()> {
        self.writer.run(move |tx| snapshots::forget(tx, clinic, &id)).await
    }

    async fn forget_expired(&self, now_ms: u64) -> Stored<()> {
        self.writer.run(move |tx| join::forget_expired(tx, now_ms)).await
    }

    async fn check(&self) -> Stored<()> {
        self.writer.run(schema::touch).await
    }

    async fn close(&self) -> Stored<()> {
        self.readers.close().await;
        self.writer.close().await
    }
}

#[cfg(test)]
mod tests;
