//! Keys and the draws they give.
//!
//! A key is 64 well-mixed bits that stand for a place in the tree of causes: seed, replication and stream at
//! the root, then session, call site, visit, attempt. A draw hashes the key with a purpose by one folded
//! 64 x 64 -> 128-bit multiplication, after wyrand (Wang Yi, wyhash, 2019); about a nanosecond.
//!
//! What was tested (`key_tests.rs`; a fast part always, a long part on request): draws were taken along six walks:
//! successive children, successive purposes, both at once, ten purposes of each child in turn, a chain of only
//! children, and successive seeds. Along each, every bit and byte is uniform; pairs and triples of neighbours at
//! five lags fill their grids uniformly, in the top bits and in lower ones; uniforms are uncorrelated; birthday
//! spacings and collisions have their Poisson means; and flipping any one bit of a key, child index, purpose, seed,
//! replication or stream flips every output bit with probability one half. No score passed five standard errors.

use std::convert::Infallible;

/// A place in the tree of causes, from which draws are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u64);

// Odd constants with no structure: the first hexadecimal digits of the fractional parts of the square roots of
// 2, 3, 5, 7, 11, 13 and 17, made odd.
const DRAW_STEP: u64 = 0x6a09_e667_f3bc_c909;
const DRAW_MASK: u64 = 0xbb67_ae85_84ca_a73b;
const CHILD_STEP: u64 = 0x3c6e_f372_fe94_f82b;
const CHILD_OFFSET: u64 = 0xa54f_f53a_5f1d_36f1;
const CHILD_MASK: u64 = 0x510e_527f_ade6_82d1;
const SPREAD: u64 = 0x1f83_d9ab_fb41_bd6b;
const ROOT: u64 = 0x9b05_688c_2b3e_6c1f;

/// The spread state times its masked self, the two halves of the 128-bit product folded together.
///
/// Spreading first lets every bit of the state reach many: the bare product passes a single flipped bit on in
/// patterns, as the avalanche test shows.
#[inline(always)]
const fn fold(state: u64, mask: u64) -> u64 {
    let spread = (state ^ (state >> 32)).wrapping_mul(SPREAD);
    let product = spread as u128 * (spread ^ mask) as u128;
    product as u64 ^ (product >> 64) as u64
}

impl Key {
    /// The key of one stream of one replication.
    #[must_use]
    pub const fn root(seed: u64, replication: u64, stream: u64) -> Self {
        Self(ROOT).child(seed).child(replication).child(stream)
    }

    /// The key of this key's part `a`: a session of a stream, an attempt of a call, and so on.
    #[inline(always)]
    #[must_use]
    pub const fn child(self, a: u64) -> Self {
        let state = (self.0 ^ CHILD_OFFSET).wrapping_add(a.wrapping_mul(CHILD_STEP));
        Self(fold(state, CHILD_MASK))
    }

    /// 64 random bits for one purpose; the same key and purpose always give the same bits.
    #[inline(always)]
    #[must_use]
    pub const fn draw(self, purpose: u64) -> u64 {
        let state = self.0.wrapping_add(purpose.wrapping_mul(DRAW_STEP));
        fold(state, DRAW_MASK)
    }

    /// The key's own bits, to store a key in a compact record.
    #[inline(always)]
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The key with these bits; the inverse of [`Key::to_bits`].
    #[inline(always)]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

/// A number strictly between 0 and 1 from random bits: the middle of one of 2^52 equal intervals.
///
/// With 53 bits the largest middle would round to one.
#[inline(always)]
#[must_use]
pub fn unit(bits: u64) -> f64 {
    const CELL: f64 = 1.0 / (1u64 << 52) as f64;
    ((bits >> 12) as f64 + 0.5) * CELL
}

/// The successive draws of one key as a generator of `rand`, so that any law of `rand_distr` can be drawn.
///
/// Those laws call the platform's transcendental functions and may take any number of draws: they give equal
/// bits on one platform only, and are not monotone. Our own [`Law`](super::Law)s have neither defect.
#[derive(Clone, Debug)]
pub struct KeyedRng {
    key: Key,
    counter: u64,
}

impl KeyedRng {
    /// The generator for one purpose of a key; its draws are independent of [`Key::draw`]'s.
    #[must_use]
    pub const fn new(key: Key, purpose: u64) -> Self {
        Self { key: key.child(purpose), counter: 0 }
    }
}

impl rand::TryRng for KeyedRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let bits = self.key.draw(self.counter);
        self.counter = self.counter.wrapping_add(1);
        Ok(bits)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(8) {
            let bytes = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}
