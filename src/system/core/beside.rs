//! What only some models keep of their frames, beside the frames and not in them.

/// A value for each frame, or nothing at all: what is not kept takes no memory and is always blank.
#[derive(Clone, Debug)]
pub struct Beside<T> {
    is_kept: bool,
    blank: T,
    values: Vec<T>,
}

impl<T: Copy> Beside<T> {
    /// No values yet; `blank` stands for those that were never put.
    pub fn new(is_kept: bool, blank: T) -> Self {
        Self { is_kept, blank, values: Vec::new() }
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        self.values.clear();
    }

    /// Whether values are kept.
    #[inline(always)]
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// The value of a frame.
    #[inline(always)]
    pub fn get(&self, id: u32) -> T {
        if self.is_kept { self.look_up(id) } else { self.blank }
    }

    /// Keeps a value of a frame, if values are kept.
    #[inline(always)]
    pub fn put(&mut self, id: u32, value: T) {
        if self.is_kept {
            self.keep(id, value);
        }
    }

    fn look_up(&self, id: u32) -> T {
        self.values.get(id as usize).copied().unwrap_or(self.blank)
    }

    fn keep(&mut self, id: u32, value: T) {
        let at = id as usize;
        if at >= self.values.len() {
            self.values.resize((at + 1).next_power_of_two(), self.blank);
        }
        self.values[at] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_grows_and_what_is_not_stays_blank() {
        let mut kept = Beside::new(true, 7);
        kept.put(5, 1);
        assert_eq!((kept.get(5), kept.get(4), kept.get(500)), (1, 7, 7));
        kept.clear();
        assert_eq!(kept.get(5), 7);
        let mut absent = Beside::new(false, 7);
        absent.put(5, 1);
        assert_eq!((absent.get(5), absent.values.len()), (7, 0));
    }
}
