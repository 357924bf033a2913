//! Keys that are none, and signatures that are of something else.

use crate::key::{BadKey, KEM_KEY_BYTES, KemKey, SigningKey, VerifyingKey, digest};

/// The points of small order and the encodings with y at or above 2^255 - 19, most of which other implementations take.
const BAD: [[u8; 32]; 6] = {
    let mut zero = [0; 32];
    let mut one = [0; 32];
    one[0] = 1;
    let mut minus_one = [0xff; 32];
    minus_one[0] = 0xec;
    minus_one[31] = 0x7f;
    let mut prime = minus_one;
    prime[0] = 0xed;
    let mut prime_and_one = minus_one;
    prime_and_one[0] = 0xee;
    let mut signed = one;
    signed[31] = 0x80;
    zero[31] = 0x80;
    [zero, one, minus_one, prime, prime_and_one, signed]
};

#[test]
fn weak_and_doubtful_keys_are_none() {
    for bytes in BAD {
        assert_eq!(VerifyingKey::from_bytes(&bytes), Err(BadKey));
    }
    // 2^255 - 1 is 18 modulo the prime: a point, or none, but never in this encoding.
    let mut top = [0xff; 32];
    for sign in [0x7f, 0xff] {
        top[31] = sign;
        assert_eq!(VerifyingKey::from_bytes(&top), Err(BadKey));
    }
}

#[test]
fn a_key_comes_back_from_its_bytes() {
    let key = SigningKey::from_seed(&[1; 32]);
    let again = SigningKey::from_seed(&key.to_seed());
    assert_eq!(key.verifying_key(), again.verifying_key());
    let public = VerifyingKey::from_bytes(key.verifying_key().as_bytes()).unwrap();
    assert_eq!(public, key.verifying_key());
    assert_eq!(format!("{public:?}").len(), "VerifyingKey(12345678)".len());
}

#[test]
fn signatures_are_bound_to_context_and_message() {
    let key = SigningKey::from_seed(&[1; 32]);
    let public = key.verifying_key();
    let signature = key.sign("one", &[b"ab", b"c"]);
    assert!(public.verify("one", &[b"abc"], &signature));
    assert!(public.verify_digest(&digest("one", &[b"abc"]), &signature));
    assert!(!public.verify("two", &[b"abc"], &signature));
    assert!(!public.verify("one", &[b"abd"], &signature));
    let other = SigningKey::from_seed(&[2; 32]).verifying_key();
    assert!(!other.verify("one", &[b"abc"], &signature));
    for index in 0..64 {
        let mut bent = signature;
        bent.0[index] ^= 0x40;
        assert!(!public.verify("one", &[b"abc"], &bent));
    }
}

#[test]
fn delivery_keys_have_one_length() {
    assert!(KemKey::from_bytes(&[1; KEM_KEY_BYTES]).is_some());
    assert!(KemKey::from_bytes(&[1; KEM_KEY_BYTES - 1]).is_none());
    assert!(KemKey::from_bytes(&[1; KEM_KEY_BYTES + 1]).is_none());
    let shown = format!("{:?}", KemKey::from_bytes(&[1; KEM_KEY_BYTES]).unwrap());
    assert_eq!(shown, "KemKey(01010101)");
}
