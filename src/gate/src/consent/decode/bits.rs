use crate::base64::sextet;

/// A field of bits in base64url without padding, big-endian, as IAB's strings are written. Nothing
/// is unpacked: fields are read where they stand.
#[derive(Clone, Copy)]
pub(in crate::consent) struct Bits<'a>(&'a [u8]);

impl<'a> Bits<'a> {
    /// `None` for a character outside the URL alphabet (padding included), or nothing at all.
    pub(in crate::consent) fn of(text: &'a str) -> Option<Self> {
        let fits = !text.is_empty() && text.bytes().all(|byte| sextet(byte).is_some());
        fits.then_some(Self(text.as_bytes()))
    }

    pub(in crate::consent) fn bit(self, at: usize) -> Option<bool> {
        let six = sextet(*self.0.get(at / 6)?)?;
        Some(six >> (5 - at % 6) & 1 == 1)
    }

    /// `width` bits from `at` as a number; `None` where the field ends before.
    pub(in crate::consent) fn number(self, at: usize, width: usize) -> Option<u64> {
        (at..at + width).try_fold(0, |number, at| Some(number << 1 | u64::from(self.bit(at)?)))
    }

    /// A Fibonacci-coded number from `at` (weights 1, 2, 3, 5, …, lowest first, ended by `11`) and
    /// where it ends.
    pub(in crate::consent) fn fibonacci(self, mut at: usize) -> Option<(u32, usize)> {
        let (mut sum, mut weight, mut next, mut before) = (0_u32, 1_u32, 2_u32, false);
        loop {
            let bit = self.bit(at)?;
            at += 1;
            if bit && before {
                return Some((sum, at));
            }
            if bit {
                sum = sum.checked_add(weight)?;
            }
            before = bit;
            (weight, next) = (next, weight.checked_add(next)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_fibonacci_codes_are_read_where_they_stand() {
        // "DBABLA": 000011 000001 000000 000001 001011 000000: type 3, version 1, one entry, no
        // range, 7 = 5 + 2 = 01011.
        let bits = Bits::of("DBABLA").unwrap();
        assert_eq!(
            (bits.number(0, 6), bits.number(6, 6), bits.number(12, 12)),
            (Some(3), Some(1), Some(1))
        );
        assert_eq!((bits.bit(24), bits.fibonacci(25)), (Some(false), Some((7, 30))));
        assert_eq!((bits.number(30, 7), bits.bit(36)), (None, None));
        assert!(Bits::of("").is_none() && Bits::of("A=").is_none() && Bits::of("A+").is_none());
        assert_eq!(Bits::of(&"A".repeat(100)).unwrap().fibonacci(0), None, "it never ends");
        assert_eq!(
            Bits::of(&"q".repeat(100)).unwrap().fibonacci(0),
            None,
            "nor does this, 101010…, which outgrows its number"
        );
    }
}
