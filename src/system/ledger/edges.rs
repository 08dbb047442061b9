//! What is counted of calls by edge.

use super::state::Ledger;

impl Ledger {
    /// A call begins.
    #[inline(always)]
    pub fn count_call(&mut self, edge: u16, measured: bool) {
        self.edges[edge as usize].calls += u64::from(measured);
    }

    /// A try sets out.
    #[inline(always)]
    pub fn count_try(&mut self, edge: u16, measured: bool) {
        self.edges[edge as usize].attempts += u64::from(measured);
    }

    /// A call sets out that is one try.
    #[inline(always)]
    pub fn count_plain_call(&mut self, edge: u16, measured: bool) {
        let tally = &mut self.edges[edge as usize];
        tally.calls += u64::from(measured);
        tally.attempts += u64::from(measured);
    }

    /// A try is lost on its way.
    pub fn count_lost(&mut self, edge: u16, measured: bool) {
        self.edges[edge as usize].lost += u64::from(measured);
    }

    /// A timer of a try, or of its whole call, has fired.
    pub fn count_timeout(&mut self, edge: u16, measured: bool) {
        self.edges[edge as usize].timed_out += u64::from(measured);
    }

    /// A call has failed after all tries.
    pub fn count_failed(&mut self, edge: u16, measured: bool) {
        self.edges[edge as usize].failed += u64::from(measured);
    }
}
