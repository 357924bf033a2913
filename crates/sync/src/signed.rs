//! Messages that end with their signature: the signed bytes are those before it, as received.

use wardkeep_roster::{Signature, SigningKey, VerifyingKey};

/// Bytes of an encoded signature: a head of two and 64.
pub(crate) const SIGNED_TAIL: usize = 66;

/// Signs a message that was encoded with a signature of zeros at its end.
pub(crate) fn sign(mut message: Vec<u8>, context: &str, key: &SigningKey) -> Vec<u8> {
    let body = message.len() - SIGNED_TAIL;
    let signature = key.sign(context, &[&message[..body]]);
    message[body + 2..].copy_from_slice(&signature.0);
    message
}

/// Whether `key` signed the message, which was decoded from these bytes and ends with `signature`.
pub(crate) fn verify(message: &[u8], context: &str, key: &VerifyingKey, signature: &Signature) -> bool {
    let body = message.len().checked_sub(SIGNED_TAIL);
    body.is_some_and(|body| key.verify(context, &[&message[..body]], signature))
}
