//! At random by fixed weights; pods beyond the weights start over.

use super::hosts::{Hosts, Try};
use crate::random::Choice;

#[inline(always)]
pub fn choose(choice: &Choice, hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
    let ready = hosts.ready();
    (!ready.is_empty()).then(|| ready[choice.pick(sent.bits()) % ready.len()])
}
