//! Reading and writing CBOR (RFC 8949) strictly: known lengths, nothing behind the end.

use minicbor::Decoder;
use minicbor::decode::Error;

/// The start of an array of a known length.
pub(crate) fn array_of(decoder: &mut Decoder, length: u64) -> Result<(), Error> {
    if decoder.array()? == Some(length) {
        Ok(())
    } else {
        Err(Error::message("array"))
    }
}

/// A byte string of the array's length.
pub(crate) fn exactly<const N: usize>(decoder: &mut Decoder) -> Result<[u8; N], Error> {
    decoder.bytes()?.try_into().map_err(|_| Error::message("length"))
}

/// Nothing may follow.
pub(crate) fn at_end(decoder: &Decoder, bytes: &[u8]) -> Result<(), Error> {
    if decoder.position() == bytes.len() {
        Ok(())
    } else {
        Err(Error::message("trailing bytes"))
    }
}

/// Writing into a growing vector cannot fail.
pub(crate) fn into_vec<T>(written: Result<T, minicbor::encode::Error<std::convert::Infallible>>) {
    written
        .map(drop)
        .expect("a vector takes everything that is written to it");
}
