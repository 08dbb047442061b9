//! The journal of a sweep or a search: every finished trial, so that work that was killed goes on where it stopped.
//!
//! An append-only file. Behind a line that names the format come entries, the first of which says what the journal
//! belongs to. An entry is its length, a check of the length, the content, and a check of the content; both checks
//! include the entry's number, so that nothing can be repeated, left out or exchanged. An entry that was cut off by a
//! kill or a full disk is the last one, and is dropped; anything else that is wrong is corruption, and then the file
//! is left as it is.

mod entry;
mod header;

pub(super) use entry::Entry;
pub(super) use header::{Header, Varied};

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::random::Key;
use crate::study::StudyError;

/// Whose trials a journal holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A sweep's.
    Sweep,
    /// Those of searches for a capacity.
    Capacity,
}

impl Kind {
    /// The first line: what this is, and the version of its layout.
    fn magic(self) -> &'static [u8] {
        match self {
            Self::Sweep => b"flashcrowd sweep journal, layout 1\n",
            Self::Capacity => b"flashcrowd capacity journal, layout 1\n",
        }
    }

    /// In a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Capacity => "search",
        }
    }
}

/// Bytes of a check.
const CHECK: usize = 8;

/// Bytes before an entry's content: its length, and the check of that.
const HEAD: usize = 4 + CHECK;

/// Longest entry; a longer one is corruption.
const LONGEST: u32 = 1 << 30;

/// A journal open for appending. Its file is locked: nobody else resumes it meanwhile.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Entries so far.
    entries: u64,
    /// The entry that is being made: kept, so that a trial costs no new memory.
    frame: Vec<u8>,
}

/// What opening a journal found.
pub(super) enum Opened {
    /// There was none, or nothing but the beginning of one.
    New(Journal),
    /// One that belongs to the same work, read up to its end.
    Resumed(Journal),
    /// One that belongs to other work, and what that is.
    Foreign(Vec<u8>),
}

impl Journal {
    /// Opens the journal at `path` for the work that `header` describes. Each entry of an earlier run goes to `take` in
    /// its order; the header does not.
    ///
    /// # Errors
    /// If it cannot be read or written, is corrupt, or if another process writes it. The file is then as it was.
    pub fn open(
        kind: Kind,
        path: &Path,
        header: &[u8],
        take: &mut dyn FnMut(&[u8]) -> Result<(), StudyError>,
    ) -> Result<Opened, StudyError> {
        let failed = |reason| StudyError::write(path, reason);
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = options.map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let text = format!("`{}` is being written by another process", path.display());
                return Err(StudyError::Failed(text));
            }
            // Where the system knows no locks, two processes at once are the user's care.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let length = file.metadata().map_err(|reason| StudyError::read(path, reason))?.len();
        let mut reader = Reading { reader: BufReader::new(&mut file), path, left: length, entries: 0 };
        let is_new = !reader.magic(kind)?;
        let first = if is_new { None } else { reader.entry()? };
        let Some(first) = first else {
            drop(reader);
            let mut journal = Self { path: path.to_owned(), file, entries: 0, frame: Vec::new() };
            journal.file.set_len(0).and_then(|()| journal.file.seek(SeekFrom::Start(0))).map_err(failed)?;
            journal.file.write_all(kind.magic()).map_err(failed)?;
            journal.append(|frame| with(frame, header))?;
            return Ok(Opened::New(journal));
        };
        if first != header {
            return Ok(Opened::Foreign(first));
        }
        let mut good = length - reader.left;
        while let Some(entry) = reader.entry()? {
            take(&entry)?;
            good = length - reader.left;
        }
        let entries = reader.entries;
        drop(reader);
        // What a kill cut off goes away; everything before it has been checked.
        file.set_len(good).and_then(|()| file.seek(SeekFrom::Start(good))).map_err(failed)?;
        Ok(Opened::Resumed(Self { path: path.to_owned(), file, entries, frame: Vec::new() }))
    }

    /// Appends the entry whose content `fill` writes behind what is in the buffer it is given. It is with the system
    /// when this returns, so that it outlives the process.
    ///
    /// # Errors
    /// If it cannot be written, for example because the disk is full; what was there before is whole.
    pub fn append(&mut self, fill: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Result<(), StudyError> {
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        frame.extend([0; HEAD]);
        frame = fill(frame);
        frame.resize(frame.len().max(HEAD), 0);
        let content = &frame[HEAD..];
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes();
        let (length_check, content_check) = (check(self.entries, &length), check(self.entries, content));
        frame[..4].copy_from_slice(&length);
        frame[4..HEAD].copy_from_slice(&length_check);
        frame.extend(content_check);
        // One call, so that a kill cuts off one entry at most.
        self.file.write_all(&frame).map_err(|reason| StudyError::write(&self.path, reason))?;
        self.entries += 1;
        self.frame = frame;
        Ok(())
    }

    /// Removes the journal: its work is done.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(self) -> Result<(), StudyError> {
        std::fs::remove_file(&self.path).map_err(|reason| StudyError::write(&self.path, reason))
    }
}

/// A journal while it is read.
struct Reading<'a> {
    reader: BufReader<&'a mut File>,
    path: &'a Path,
    /// Bytes not read yet.
    left: u64,
    entries: u64,
}

impl Reading<'_> {
    /// Whether the first line is there; an empty file, or the beginning of that line alone, is a new journal.
    fn magic(&mut self, kind: Kind) -> Result<bool, StudyError> {
        let magic = kind.magic();
        let wanted = magic.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let found = self.bytes(wanted)?;
        if found == magic {
            return Ok(true);
        }
        if magic.starts_with(&found) {
            return Ok(false);
        }
        let path = self.path.display();
        Err(StudyError::Refused(format!(
            "`{path}` is no journal of a {}; it was left as it is",
            kind.words()
        )))
    }

    /// The next entry; nothing at the end, or if the last one was cut off.
    fn entry(&mut self) -> Result<Option<Vec<u8>>, StudyError> {
        if self.left < HEAD as u64 {
            return Ok(None);
        }
        let head = self.bytes(HEAD)?;
        let (length, length_check) = head.split_at(4);
        if check(self.entries, length) != length_check {
            // Some systems lose the content of a file's end when they crash, and leave zeros.
            return if head.iter().all(|&byte| byte == 0) && self.only_zeros()? {
                Ok(None)
            } else {
                Err(self.corrupt())
            };
        }
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
        if length > LONGEST {
            return Err(self.corrupt());
        }
        if self.left < u64::from(length) + CHECK as u64 {
            return Ok(None);
        }
        let content = self.bytes(length as usize)?;
        if self.bytes(CHECK)? != check(self.entries, &content) {
            let is_last = self.left == 0 || self.only_zeros()?;
            return if is_last { Ok(None) } else { Err(self.corrupt()) };
        }
        self.entries += 1;
        Ok(Some(content))
    }

    fn bytes(&mut self, count: usize) -> Result<Vec<u8>, StudyError> {
        let mut bytes = vec![0; count];
        self.reader.read_exact(&mut bytes).map_err(|reason| StudyError::read(self.path, reason))?;
        self.left -= count as u64;
        Ok(bytes)
    }

    fn only_zeros(&mut self) -> Result<bool, StudyError> {
        let rest = self.reader.by_ref().bytes();
        let mut all = true;
        for byte in rest {
            all &= byte.map_err(|reason: io::Error| StudyError::read(self.path, reason))? == 0;
        }
        Ok(all)
    }

    fn corrupt(&self) -> StudyError {
        let (path, entry) = (self.path.display(), self.entries);
        StudyError::Failed(format!(
            "`{path}` is corrupt behind its entry {entry}; it was left as it is: remove it to begin again"
        ))
    }
}

/// The buffer with these bytes behind what it holds.
fn with(mut frame: Vec<u8>, content: &[u8]) -> Vec<u8> {
    frame.extend_from_slice(content);
    frame
}

/// A hash of an entry's number and content, eight bytes at a time: against accidents, not against malice, and so quick
/// that writing a trial down costs nothing beside running it.
fn check(entry: u64, content: &[u8]) -> [u8; CHECK] {
    let mut key = Key::root(entry, content.len() as u64, 0);
    for chunk in content.chunks(CHECK) {
        let mut bytes = [0; CHECK];
        bytes[..chunk.len()].copy_from_slice(chunk);
        key = key.child(u64::from_le_bytes(bytes));
    }
    key.draw(0).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A journal of three entries behind the header `h`.
    fn written(path: &Path) -> Vec<u8> {
        let Ok(Opened::New(mut journal)) = Journal::open(Kind::Sweep, path, b"h", &mut |_| Ok(())) else {
            panic!("a new journal")
        };
        for entry in [b"one".as_slice(), b"", b"three"] {
            journal.append(|frame| with(frame, entry)).unwrap();
        }
        drop(journal);
        std::fs::read(path).unwrap()
    }

    fn open(path: &Path, header: &[u8]) -> Result<(bool, Vec<Vec<u8>>), StudyError> {
        let mut entries = Vec::new();
        let opened = Journal::open(Kind::Sweep, path, header, &mut |entry| {
            entries.push(entry.to_vec());
            Ok(())
        })?;
        Ok((matches!(opened, Opened::Foreign(_)), entries))
    }

    #[test]
    fn entries_come_back_and_more_can_follow() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("j");
        written(&path);
        let mut seen = 0;
        let Ok(Opened::Resumed(mut journal)) = Journal::open(Kind::Sweep, &path, b"h", &mut |_| {
            seen += 1;
            Ok(())
        }) else {
            panic!("resumed")
        };
        assert_eq!(seen, 3);
        journal.append(|frame| with(frame, b"four")).unwrap();
        drop(journal);
        assert_eq!(open(&path, b"h").unwrap().1.last().unwrap(), b"four");
    }

    #[test]
    fn a_journal_cut_off_anywhere_loses_its_last_entry_only() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("j");
        let whole = written(&path);
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (foreign, entries) = open(&path, b"h").unwrap_or_else(|error| panic!("{length}: {error}"));
            assert!(!foreign);
            let expected: [&[u8]; 3] = [b"one", b"", b"three"];
            assert!(entries.iter().zip(expected).all(|(entry, expected)| entry == expected));
            assert!(entries.len() <= 2);
            // It can be gone on with: what was cut off is away.
            assert_eq!(open(&path, b"h").unwrap().1, entries);
        }
        let mut zeros = whole.clone();
        zeros.extend([0; 100]);
        std::fs::write(&path, zeros).unwrap();
        assert_eq!(open(&path, b"h").unwrap().1.len(), 3);
    }

    #[test]
    fn a_changed_byte_is_corruption_or_the_cut_off_end_and_corruption_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("j");
        let whole = written(&path);
        let last = whole.len() - (4 + 2 * CHECK + 5);
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x40;
            std::fs::write(&path, &changed).unwrap();
            match open(&path, b"h") {
                Err(_) => assert_eq!(std::fs::read(&path).unwrap(), changed, "byte {at}"),
                Ok((_, entries)) => assert!(at >= last + 4 + CHECK && entries.len() == 2, "byte {at}"),
            }
        }
    }

    #[test]
    fn other_work_is_told_apart_and_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("j");
        let whole = written(&path);
        assert!(
            matches!(Journal::open(Kind::Sweep, &path, b"other", &mut |_| Ok(())), Ok(Opened::Foreign(header)) if header == b"h")
        );
        assert_eq!(std::fs::read(&path).unwrap(), whole);
        std::fs::write(&path, "somebody's notes").unwrap();
        assert!(open(&path, b"h").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"somebody's notes");
    }

    #[test]
    fn two_processes_do_not_write_one_journal() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("j");
        let first = Journal::open(Kind::Sweep, &path, b"h", &mut |_| Ok(()));
        assert!(first.is_ok());
        assert!(matches!(open(&path, b"h"), Err(StudyError::Failed(_))));
        drop(first);
        assert!(open(&path, b"h").is_ok());
    }
}
