//! What an objective measures, and its limit.

use super::objective_words::{LATER, MEASURES};
use super::objectives::{FORM, Parsed, Reader, Refused};
use crate::model::{Comparison, CpuKind, Measure, Scope, ShareKind, WaitKind};
use crate::scenario::diagnostics::nearest;
use crate::scenario::quantity::{self, Wrong};
use crate::units::SimDuration;

impl Reader<'_, '_, '_> {
    /// An error if a scope has no such measure of cpu.
    pub(super) fn has_cpu(&self, scope: Scope, kind: CpuKind) -> Parsed<()> {
        let Scope::Service(id) = scope else {
            let message = "measures cpu, which services have".to_owned();
            return Err(self.words.wrong(message, "such as: service/web cpu <= 70%").into());
        };
        let service = &self.build.model.services[id.index()];
        let (has, lacks) = match kind {
            CpuKind::OfRequest => (service.reserved_cpu().is_some(), "cpu request"),
            CpuKind::OfLimit | CpuKind::Throttled => (service.granted_cpu().is_some(), "cpu limit"),
        };
        if !has {
            let message = format!("measures cpu, and `{}` has no {lacks}", service.name);
            return Err(self.words.wrong(message, "such as resources: { limits: { cpu: 500m } }").into());
        }
        Ok(())
    }

    pub(super) fn measure(&mut self) -> Parsed<Measure> {
        let Some(word) = self.words.next() else {
            return Err(Wrong::new("ends before the measure", FORM).into());
        };
        let quantile = |p: f64| move |how, limit| Measure::Quantile(p, how, limit);
        let share = |kind: ShareKind| move |how, limit| Measure::Share(kind, how, limit);
        let seconds = "a duration such as 800ms";
        let percent = "a share such as 99.5%";
        match word.text {
            "p50" => self.limited(quantile(0.5), quantity::duration, seconds),
            "p90" => self.limited(quantile(0.9), quantity::duration, seconds),
            "p95" => self.limited(quantile(0.95), quantity::duration, seconds),
            "p99" => self.limited(quantile(0.99), quantity::duration, seconds),
            "p99.9" => self.limited(quantile(0.999), quantity::duration, seconds),
            "mean" => self.limited(Measure::Mean, quantity::duration, seconds),
            "within" => {
                let within =
                    SimDuration::from_secs_f64(self.words.value(quantity::duration, seconds, FORM)?);
                self.limited(|how, limit| Measure::Within(within, how, limit), quantity::ratio, percent)
            }
            "success" => self.limited(share(ShareKind::Success), quantity::ratio, percent),
            "shed" => self.limited(share(ShareKind::Shed), quantity::ratio, percent),
            "errors" => self.limited(share(ShareKind::Errors), quantity::ratio, percent),
            "goodput" => self.limited(Measure::Goodput, quantity::rate, "a rate such as 500/s"),
            "replicas" => self.limited(Measure::Replicas, quantity::number, "a number such as 40"),
            "utilisation" => self.limited(Measure::Utilisation, quantity::ratio, percent),
            "cpu" => self.cpu(CpuKind::OfRequest),
            "cpu_limit" => self.cpu(CpuKind::OfLimit),
            "throttled" => self.cpu(CpuKind::Throttled),
            "retries" => self.limited(Measure::Retries, quantity::factor, "tries per call, such as 1.2"),
            "waits" => self.limited(
                |how, limit| Measure::Wait(WaitKind::Share, how, limit),
                quantity::ratio,
                percent,
            ),
            "wait" => self.wait(),
            "recovers" => self.recovers(),
            other if LATER.contains(&other) => Err(self.later(other)),
            other => {
                let near =
                    nearest(other, MEASURES.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                let wrong = self.words.wrong(format!("has the measure `{other}`"), "one of p50, p90, p95, p99, p99.9, mean, within, success, shed, errors, goodput, replicas, utilisation, cpu, cpu_limit, throttled, retries, waits, wait, recovers");
                Err(Wrong { help: near, ..wrong }.into())
            }
        }
    }

    fn limited(
        &mut self,
        make: impl Fn(Comparison, f64) -> Measure,
        parse: impl Fn(&str) -> Result<f64, Wrong>,
        expected: &'static str,
    ) -> Parsed<Measure> {
        let how = match self.words.next().map(|word| word.text) {
            Some("<") => Comparison::Less,
            Some("<=") => Comparison::AtMost,
            Some(">") => Comparison::More,
            Some(">=") => Comparison::AtLeast,
            _ => return Err(self.words.wrong("lacks a comparison".to_owned(), "one of < <= > >=").into()),
        };
        Ok(make(how, self.words.value(parse, expected, FORM)?))
    }

    /// `cpu OP PERCENT`, `cpu_limit OP PERCENT` or `throttled OP PERCENT`; a pod may use more than it requests.
    fn cpu(&mut self, kind: CpuKind) -> Parsed<Measure> {
        let parse = if kind == CpuKind::Throttled { quantity::ratio } else { quantity::any_ratio };
        self.limited(|how, limit| Measure::Cpu(kind, how, limit), parse, "a share such as 70%")
    }

    /// `wait p95 OP DURATION`, `wait mean OP DURATION` or `wait within DURATION OP PERCENT`.
    fn wait(&mut self) -> Parsed<Measure> {
        const FORM: &str =
            "such as: service/web wait p95 <= 50ms, wait mean <= 2ms, or wait within 20s >= 80%";
        let kind = match self.words.next().map(|word| word.text) {
            Some("mean") => WaitKind::Mean,
            Some("within") => {
                let time = self.words.value(quantity::duration, "a duration such as 20s", FORM)?;
                let kind = WaitKind::Within(SimDuration::from_secs_f64(time));
                let percent = "a share such as 80%";
                return self.limited(|how, limit| Measure::Wait(kind, how, limit), quantity::ratio, percent);
            }
            Some("p50") => WaitKind::Quantile(0.5),
            Some("p90") => WaitKind::Quantile(0.9),
            Some("p95") => WaitKind::Quantile(0.95),
            Some("p99") => WaitKind::Quantile(0.99),
            Some("p99.9") => WaitKind::Quantile(0.999),
            _ => return Err(self.words.wrong("lacks what of the wait is meant".to_owned(), FORM).into()),
        };
        let seconds = "a duration such as 50ms";
        self.limited(|how, limit| Measure::Wait(kind, how, limit), quantity::duration, seconds)
    }

    /// `recovers within DURATION after MARK`.
    fn recovers(&mut self) -> Parsed<Measure> {
        const FORM: &str = "such as: recovers within 3m after opening.end";
        self.words.expect(&["within"], FORM)?;
        let within = self.words.value(quantity::duration, "a duration such as 3m", FORM)?;
        self.words.expect(&["after"], FORM)?;
        let mark = self.words.value(quantity::time, "a mark such as opening.end", FORM)?;
        let at = self.build.clock.seconds(&mark, self.item).ok_or(Refused::Said)?;
        if at > self.build.clock.to {
            let wrong = self.words.wrong("is after the counted span".to_owned(), "a mark before run.to");
            return Err(wrong.into());
        }
        Ok(Measure::Recovers(SimDuration::from_secs_f64(within), self.build.clock.sim(at)))
    }
}
