//! Counts of which most are zero, written as the few that are not.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Longer lists are not ours.
const LONGEST: usize = 1 << 24;

/// The length, and for each count that is not zero the zeros before it.
#[derive(Serialize, Deserialize)]
struct Sparse {
    length: usize,
    filled: Vec<(u32, u64)>,
}

/// Writes `counts`.
pub(super) fn serialize<S: Serializer>(counts: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
    let mut filled = Vec::new();
    let mut zeros = 0;
    for &count in counts {
        if count == 0 {
            zeros += 1;
        } else {
            filled.push((zeros, count));
            zeros = 0;
        }
    }
    Sparse { length: counts.len(), filled }.serialize(serializer)
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
