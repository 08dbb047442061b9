//! Counts of which most are zero, written as the few that are not.

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Longer lists are not ours.
const LONGEST: usize = 1 << 24;

/// The length, and for each count that is not zero the zeros before it.
#[derive(Deserialize)]
struct Sparse {
    length: usize,
    filled: Vec<(u32, u64)>,
}

/// The same for counts that are only looked at: writing them takes no memory.
#[derive(Serialize)]
struct Written<'a> {
    length: usize,
    filled: Filled<'a>,
}

struct Filled<'a>(&'a [u64]);

impl Serialize for Filled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = self.0.iter().filter(|&&count| count != 0).count();
        let mut list = serializer.serialize_seq(Some(number))?;
        let mut zeros = 0_u32;
        for &count in self.0 {
            if count == 0 {
                zeros += 1;
            } else {
                list.serialize_element(&(zeros, count))?;
                zeros = 0;
            }
        }
        list.end()
    }
}

/// Writes `counts`.
pub(super) fn serialize<S: Serializer>(counts: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
    Written { length: counts.len(), filled: Filled(counts) }.serialize(serializer)
}

/// Reads what [`serialize`] wrote.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let sparse = Sparse::deserialize(deserializer)?;
    if sparse.length > LONGEST {
        return Err(D::Error::custom("a list of counts is too long"));
    }
    let mut counts = vec![0; sparse.length];
    let mut at = 0;
    for (zeros, count) in sparse.filled {
        at += zeros as usize;
        *counts.get_mut(at).ok_or_else(|| D::Error::custom("a count lies behind the end of its list"))? =
            count;
        at += 1;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use crate::metrics::Recorder;

    #[test]
    fn a_recorder_comes_back_as_it_was_in_few_bytes() {
        let mut recorder = Recorder::new(7);
        [3, 3, 90, 5_000_000, 9_000_000_000].iter().for_each(|&nanos| recorder.record(nanos));
        let bytes = postcard::to_allocvec(&recorder).unwrap();
        assert_eq!(postcard::from_bytes::<Recorder>(&bytes).unwrap(), recorder);
        assert!(bytes.len() < 60, "{} bytes", bytes.len());
    }

    #[test]
    fn what_was_not_written_so_is_refused() {
        // A count behind the end, and a list that nobody could hold.
        for counts in [(10u64, vec![(10u32, 1u64)]), (1 << 40, vec![])] {
            let bytes = postcard::to_allocvec(&(7u32, counts, 0u128, 0u128, 0u64, 0u64)).unwrap();
            assert!(postcard::from_bytes::<Recorder>(&bytes).is_err());
        }
    }
}
