//! What the receipt of a wipe needs when everything else is gone: the device's signing key, its server, the order. It lies in an entry of its
//! own in the keychain and opens no record.

use crate::cbor::{array_of, at_end, exactly, into_vec};
use crate::env::Env;
use crate::key::SigningSeed;
use crate::keychain::{Item, Keychain, KeychainError};
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use uuid::Uuid;
use wardkeep_roster::{ClinicId, DeviceId, EntryHash};
use wardkeep_sync::receipt::Answered;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
/// More than everything but the address.
const ROOM: usize = 512;

/// What signs and sends the receipt.
pub struct ReceiptKey {
    /// The seed of the device's signing key.
    pub seed: SigningSeed,
    /// The order.
    pub answered: Answered,
    /// The server's address.
    pub address: String,
    /// Its pin.
    pub pin: [u8; 32],
}

impl ReceiptKey {
    /// Reads it back; `None` once it is gone.
    pub fn load(env: &Env, vault: Uuid) -> Result<Option<Self>, KeychainError> {
        let kept = env.keychain.read_if_there(&vault, Item::Wipe)?;
        Ok(kept.and_then(|bytes| decode(&bytes).ok()))
    }

    /// Puts it into the keychain, and proves that it is there.
    pub(super) fn keep(&self, keychain: &Keychain, vault: &Uuid) -> Result<(), KeychainError> {
        let bytes = encode(self);
        keychain.write(vault, Item::Wipe, &bytes)?;
        let written = keychain.read(vault, Item::Wipe)?;
        if written[..] == bytes[..] {
            Ok(())
        } else {
            Err(KeychainError::Refused)
        }
    }
}

/// In a buffer that never grows.
fn encode(key: &ReceiptKey) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM + key.address.len()));
    let Answered {
        clinic,
        device,
        order,
        nonce,
    } = &key.answered;
    into_vec(Encoder::new(&mut *bytes).array(8).and_then(|encoder| {
        encoder
            .u8(VERSION)?
            .bytes(key.seed.expose())?
            .bytes(&clinic.0)?
            .bytes(&device.0)?
            .bytes(&order.0)?
            .bytes(nonce)?
            .str(&key.address)?
            .bytes(&key.pin)?
            .ok()
    }));
    bytes
}

fn decode(bytes: &[u8]) -> Result<ReceiptKey, Error> {
    let mut decoder = Decoder::new(bytes);
    array_of(&mut decoder, 8)?;
    if decoder.u8()? != VERSION {
        return Err(Error::message("version"));
    }
    let seed = SigningSeed::from_slice(decoder.bytes()?).ok_or_else(|| Error::message("seed"))?;
    let answered = Answered {
        clinic: ClinicId(exactly(&mut decoder)?),
        device: DeviceId(exactly(&mut decoder)?),
        order: EntryHash(exactly(&mut decoder)?),
        nonce: exactly(&mut decoder)?,
    };
    let address = decoder.str()?.to_owned();
    let pin = exactly(&mut decoder)?;
    at_end(&decoder, bytes)?;
    Ok(ReceiptKey {
        seed,
        answered,
        address,
        pin,
    })
}
