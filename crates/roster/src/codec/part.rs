//! How each kind of value stands in an entry. Ids, keys and signatures can be read and written by other formats too, through the
//! traits of `minicbor`.

use crate::entry::SealedName;
use crate::id::{ClinicId, DeviceId, Enrollment, EntryHash, UserId};
use crate::key::{DeviceKey, EnrollmentKeys, KemKey, RenewedKey, Signature, VerifyingKey};
use crate::role::{Compartment, Roles};
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// A value with one encoding.
pub(super) trait Part: Sized {
    /// Writes it.
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>>;
    /// Reads it.
    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error>;
}

/// The length of an array that states it.
pub(super) fn array(d: &mut Decoder<'_>) -> Result<u64, decode::Error> {
    d.array()?.ok_or_else(|| decode::Error::message("indefinite length"))
}

/// An array of exactly this length.
pub(super) fn array_of(d: &mut Decoder<'_>, length: u64) -> Result<(), decode::Error> {
    if array(d)? == length {
        Ok(())
    } else {
        Err(decode::Error::message("another number of parts"))
    }
}

/// A byte string of 0 to `most` bytes.
pub(super) fn bytes_up_to<'b>(d: &mut Decoder<'b>, most: usize) -> Result<&'b [u8], decode::Error> {
    let bytes = d.bytes()?;
    if bytes.len() <= most {
        Ok(bytes)
    } else {
        Err(decode::Error::message("too many bytes"))
    }
}

macro_rules! number_parts {
    ($($kind:ident),*) => { $(
        impl Part for $kind {
            fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
                e.$kind(*self)?.ok()
            }

            fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
                d.$kind()
            }
        }
    )* };
}

number_parts!(u8, u16, u32, u64, bool);

impl<const N: usize> Part for [u8; N] {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        e.bytes(self)?.ok()
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        let bytes = d.bytes()?;
        bytes
            .try_into()
            .map_err(|_| decode::Error::message("another number of bytes"))
    }
}

impl<T: Part> Part for Option<T> {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        match self {
            Some(value) => value.put(e),
            None => e.null()?.ok(),
        }
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        if d.datatype()? == minicbor::data::Type::Null {
            d.null()?;
            return Ok(None);
        }
        T::take(d).map(Some)
    }
}

/// A struct as an array of its fields, in this order.
macro_rules! array_part {
    ($name:ident, $length:literal, $($field:ident),*) => {
        impl Part for $name {
            fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
                e.array($length)?;
                $( self.$field.put(e)?; )*
                Ok(())
            }

            fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
                array_of(d, $length)?;
                Ok(Self { $( $field: Part::take(d)? ),* })
            }
        }
    };
}
pub(super) use array_part;

array_part!(Enrollment, 2, device, user);
array_part!(DeviceKey, 2, key, proof);
array_part!(EnrollmentKeys, 3, sign, kem, proof);
array_part!(RenewedKey, 3, key, by_new, by_former);

/// Newtypes over bytes of a fixed length.
macro_rules! bytes_parts {
    ($($name:ident),*) => { $(
        impl Part for $name {
            fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
                self.0.put(e)
            }

            fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
                Part::take(d).map(Self)
            }
        }
    )* };
}

bytes_parts!(ClinicId, DeviceId, UserId, EntryHash, Signature);

/// Values that are checked when they are read.
macro_rules! checked_parts {
    ($($name:ident, $value:ident => $put:expr, $raw:ident => $take:expr;)*) => { $(
        impl Part for $name {
            fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
                let $value = self;
                $put.put(e)
            }

            fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
                let $raw = Part::take(d)?;
                $take.ok_or_else(|| decode::Error::message(concat!("not a ", stringify!($name))))
            }
        }
    )* };
}

checked_parts! {
    Compartment, part => part.number(), raw => Self::from_number(raw);
    Roles, roles => roles.bits(), raw => Self::from_bits(raw);
    VerifyingKey, key => *key.as_bytes(), raw => Self::from_bytes(&raw).ok();
}

impl Part for KemKey {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        e.bytes(self.as_bytes())?.ok()
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        Self::from_bytes(d.bytes()?).ok_or_else(|| decode::Error::message("not a KemKey"))
    }
}

impl Part for SealedName {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        e.bytes(self.as_bytes())?.ok()
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        let bytes = bytes_up_to(d, crate::limit::MAX_SEALED_NAME_BYTES)?;
        Self::new(bytes.to_vec()).ok_or_else(|| decode::Error::message("not a SealedName"))
    }
}

/// The same encodings for other formats.
macro_rules! minicbor_too {
    ($($name:ident),*) => { $(
        impl<C> Encode<C> for $name {
            fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                self.put(e)
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                Self::take(d)
            }
        }
    )* };
}

minicbor_too!(
    ClinicId,
    DeviceId,
    UserId,
    EntryHash,
    Signature,
    Enrollment,
    Compartment,
    Roles,
    VerifyingKey,
    KemKey,
    DeviceKey,
    EnrollmentKeys,
    SealedName
);
