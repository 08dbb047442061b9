//! Counts of which stretches are zero, written with every stretch of zeros as a zero and its length.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Longer lists are not ours.
const LONGEST: u64 = 1 << 16;

/// Writes `counts`.
pub(super) fn serialize<S: Serializer>(counts: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
    let mut written: Vec<u64> = Vec::with_capacity(counts.len());
    for stretch in counts.chunk_by(|a, b| (*a == 0) == (*b == 0)) {
        if stretch[0] == 0 {
            written.extend([0, stretch.len() as u64]);
        } else {
            written.extend(stretch);
        }
    }
    written.serialize(serializer)
}

/// Reads what [`serialize`] wrote.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let mut written = Vec::<u64>::deserialize(deserializer)?.into_iter();
    let mut counts = Vec::new();
    while let Some(count) = written.next() {
        let zeros = if count == 0 { written.next().unwrap_or(LONGEST) } else { 0 };
        if zeros.saturating_add(counts.len() as u64) >= LONGEST {
            return Err(D::Error::custom("a list of counts is too long"));
        }
        match count {
            0 => counts.resize(counts.len() + zeros as usize, 0),
            count => counts.push(count),
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use crate::metrics::Sketch;

    #[test]
    fn a_sketch_comes_back_as_it_was_in_few_bytes() {
        let mut sketch = Sketch::default();
        (0..50u64).for_each(|i| sketch.record(5_000_000 + i * 40_000));
        sketch.record(9_000_000_000);
        let bytes = postcard::to_allocvec(&sketch).unwrap();
        assert_eq!(postcard::from_bytes::<Sketch>(&bytes).unwrap(), sketch);
        assert!(bytes.len() < 60, "{} bytes", bytes.len());
        let empty = postcard::to_allocvec(&Sketch::default()).unwrap();
        assert_eq!(postcard::from_bytes::<Sketch>(&empty).unwrap(), Sketch::default());
    }

    #[test]
    fn what_was_not_written_so_is_refused() {
        for zeros in [vec![0u64], vec![0, 1 << 40], vec![3, 0, u64::MAX]] {
            let bytes = postcard::to_allocvec(&(0u32, zeros, 0u128, 0u128, 0u64)).unwrap();
            assert!(postcard::from_bytes::<Sketch>(&bytes).is_err());
        }
    }
}
