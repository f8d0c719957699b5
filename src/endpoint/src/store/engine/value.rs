//! Values on their way into a statement and out of a row. An engine's integers are 64 bits wide, its
//! truth is 1 or 0.

use super::error::Mismatch;

/// What a statement is given for `?1`, `?2` …
pub(in crate::store) type Params<'a> = &'a [&'a dyn ToValue];

/// The values of a statement, of whatever types.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::store::engine::ToValue),*]
            as &[&dyn $crate::store::engine::ToValue]
    };
}
pub(in crate::store) use params;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::store) enum Value<'a> {
    /// Where a value of this kind would stand: PostgreSQL has to know it for `?1 IS NULL`.
    Null(Kind),
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    Integer,
    Real,
    Text,
    Blob,
}

/// Of which kind its values are.
pub(in crate::store) trait OfKind {
    const KIND: Kind;
}

pub(in crate::store) trait ToValue {
    fn to_value(&self) -> Value<'_>;
}

/// A column of a row, as it stands there: text need not be UTF-8 where something has damaged it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::store) enum ValueRef<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

pub(in crate::store) trait FromValue: Sized {
    fn from_value(value: ValueRef<'_>) -> Result<Self, Mismatch>;
}

impl<'a> ValueRef<'a> {
    pub(in crate::store) fn as_str(self) -> Result<&'a str, Mismatch> {
        match self {
            Self::Text(text) => std::str::from_utf8(text).map_err(|_| Mismatch("UTF-8")),
            Self::Null | Self::Integer(_) | Self::Real(_) | Self::Blob(_) => Err(Mismatch("text")),
        }
    }

    /// Of text or bytes.
    pub(in crate::store) fn as_bytes(self) -> Result<&'a [u8], Mismatch> {
        self.as_bytes_or_null()?.ok_or(Mismatch("text or bytes"))
    }

    pub(in crate::store) fn as_bytes_or_null(self) -> Result<Option<&'a [u8]>, Mismatch> {
        match self {
            Self::Text(bytes) | Self::Blob(bytes) => Ok(Some(bytes)),
            Self::Null => Ok(None),
            Self::Integer(_) | Self::Real(_) => Err(Mismatch("text or bytes")),
        }
    }

    pub(in crate::store) fn as_blob_or_null(self) -> Result<Option<&'a [u8]>, Mismatch> {
        match self {
            Self::Blob(bytes) => Ok(Some(bytes)),
            Self::Null => Ok(None),
            Self::Text(_) | Self::Integer(_) | Self::Real(_) => Err(Mismatch("bytes")),
        }
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl<T: OfKind + ?Sized> OfKind for &T {
    const KIND: Kind = T::KIND;
}

impl<T: ToValue + OfKind> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null(T::KIND), ToValue::to_value)
    }
}

impl ToValue for Value<'_> {
    fn to_value(&self) -> Value<'_> {
        *self
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl ToValue for std::borrow::Cow<'_, [u8]> {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<const N: usize> ToValue for [u8; N] {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl ToValue for f64 {
    fn to_value(&self) -> Value<'_> {
        Value::Real(*self)
    }
}

macro_rules! kinds {
    ($($kind:ident: $($of:ty),*;)*) => {$($(
        impl OfKind for $of {
            const KIND: Kind = Kind::$kind;
        }
    )*)*};
}
kinds! {
    Integer: bool, u8, i32, u32, i64;
    Real: f64;
    Text: str, String;
    Blob: [u8], Vec<u8>, std::borrow::Cow<'_, [u8]>;
}

impl<const N: usize> OfKind for [u8; N] {
    const KIND: Kind = Kind::Blob;
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl ToValue for $integer {
            fn to_value(&self) -> Value<'_> {
                Value::Integer(i64::from(*self))
            }
        }
    )*};
}
integers!(bool, u8, i32, u32, i64);

impl FromValue for i64 {
    fn from_value(value: ValueRef<'_>) -> Result<Self, Mismatch> {
        match value {
            ValueRef::Integer(number) => Ok(number),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
                Err(Mismatch("whole number"))
            }
        }
    }
}

impl FromValue for u32 {
    fn from_value(value: ValueRef<'_>) -> Result<Self, Mismatch> {
        i64::from_value(value)?.try_into().map_err(|_| Mismatch("number of this size"))
    }
}

impl FromValue for bool {
    fn from_value(value: ValueRef<'_>) -> Result<Self, Mismatch> {
        Ok(i64::from_value(value)? != 0)
    }
}

impl FromValue for f64 {
    #[allow(clippy::cast_precision_loss, reason = "a sum that happens to be whole")]
    fn from_value(value: ValueRef<'_>) -> Result<Self, Mismatch> {
        match value {
            ValueRef::Real(number) => Ok(number),
            ValueRef::Integer(number) => Ok(number as Self),
            ValueRef::Null | ValueRef::Text(_) | ValueRef::Blob(_) => Err(Mismatch("number")),
        }
    }
}

impl FromValue for String {
    fn from_value(value: ValueRef<'_>) -> Result<Self, Mismatch> {
        value.as_str().map(str::to_owned)
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: ValueRef<'_>) -> Result<Self, Mismatch> {
        Ok(value.as_blob_or_null()?.ok_or(Mismatch("bytes"))?.to_vec())
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: ValueRef<'_>) -> Result<Self, Mismatch> {
        let bytes = value.as_blob_or_null()?.ok_or(Mismatch("bytes"))?;
        bytes.try_into().map_err(|_| Mismatch("as many bytes"))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: ValueRef<'_>) -> Result<Self, Mismatch> {
        if value == ValueRef::Null { Ok(None) } else { T::from_value(value).map(Some) }
    }
}
