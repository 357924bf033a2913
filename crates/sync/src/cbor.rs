//! One encoding for one value: CBOR (RFC 8949) arrays as `minicbor` derives them. Whatever decodes and is not exactly what encoding
//! gives again (indefinite lengths, longer integers than needed, more parts, bytes behind the end) is refused.

use minicbor::{Decode, Encode};

/// Why bytes are not the message that was expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Malformed {
    /// More bytes than this message may have.
    #[error("too long")]
    TooLong,
    /// Not CBOR, not of the expected shape, or a part outside of its limits.
    #[error("not the expected message, at byte {at}")]
    Shape {
        /// How far reading came.
        at: usize,
    },
    /// Readable, but not in the one encoding that it must have.
    #[error("not in its one encoding")]
    NotCanonical,
}

/// Reads a message of at most `max` bytes. Memory stays in proportion to the bytes: no length that they claim is believed.
pub(crate) fn decode<'b, T: Decode<'b, ()> + Encode<()>>(bytes: &'b [u8], max: usize) -> Result<T, Malformed> {
    if bytes.len() > max {
        return Err(Malformed::TooLong);
    }
    let mut decoder = minicbor::Decoder::new(bytes);
    let value: T = decoder
        .decode()
        .map_err(|_| Malformed::Shape { at: decoder.position() })?;
    if encode(&value) == bytes {
        Ok(value)
    } else {
        Err(Malformed::NotCanonical)
    }
}

/// The bytes of a message.
pub(crate) fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("a vector takes everything that is written to it")
}

/// For `#[cbor(with)]`: a fixed number of bytes as a byte string.
pub(crate) mod fixed {
    use minicbor::decode::Error;
    use minicbor::encode::{self, Write};
    use minicbor::{Decoder, Encoder};

    pub(crate) fn encode<C, W: Write, T: AsRef<[u8]>>(
        value: &T,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(value.as_ref())?.ok()
    }

    pub(crate) fn decode<'b, C, T: TryFrom<&'b [u8]>>(d: &mut Decoder<'b>, _: &mut C) -> Result<T, Error> {
        d.bytes()?
            .try_into()
            .map_err(|_| Error::message("another number of bytes"))
    }
}

/// Lists with a limit of their own.
pub(crate) fn at_most<'b, T: Decode<'b, ()>>(
    d: &mut minicbor::Decoder<'b>,
    max: usize,
) -> Result<Vec<T>, minicbor::decode::Error> {
    let count = d
        .array()?
        .ok_or_else(|| minicbor::decode::Error::message("indefinite length"))?;
    if count > max as u64 {
        return Err(minicbor::decode::Error::message("too many parts"));
    }
    // Not reserved in advance: the count is a claim until its parts were read.
    let mut list = Vec::new();
    for _ in 0..count {
        list.push(d.decode()?);
    }
    Ok(list)
}

/// Newtypes over bytes: encoded as byte strings.
macro_rules! bytes_newtypes {
    ($($name:ty),*) => { $(
        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let bytes = d.bytes()?.try_into();
                bytes.map(Self).map_err(|_| minicbor::decode::Error::message("another number of bytes"))
            }
        }
    )* };
}

bytes_newtypes!(crate::id::Incarnation, crate::id::SegmentHash);
