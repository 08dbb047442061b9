//! What a run cost and where: the content of `host.json`, the only file that may differ between equal runs.

use serde::Serialize;
use std::time::Instant;

/// Clock ticks a second in which Linux counts cpu time for users; fixed by its interface.
const TICKS_PER_SECOND: f64 = 100.0;

/// Where a run took place and what it cost.
#[derive(Clone, Debug, Serialize)]
pub struct Host {
    /// Seconds by the clock on the wall.
    pub wall_s: f64,
    /// Seconds of cpu over all threads; nothing where the system does not tell.
    pub cpu_s: Option<f64>,
    /// The machine's name, if it has one.
    pub host: Option<String>,
    /// Operating system.
    pub os: &'static str,
    /// Processor architecture.
    pub arch: &'static str,
    /// Threads that ran replications.
    pub threads: usize,
    /// When the run ended (RFC 3339, UTC).
    pub ended: String,
}

/// Measures wall and cpu time from its creation on.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    started: Instant,
    cpu_s: Option<f64>,
}

impl Stopwatch {
    /// Starts measuring.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now(), cpu_s: cpu_seconds() }
    }

    /// Seconds by the clock on the wall since the start.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Nanoseconds since the start.
    #[must_use]
    pub fn nanos(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// What was spent since the start.
    #[must_use]
    pub fn stop(self, threads: usize) -> Host {
        Host {
            wall_s: self.started.elapsed().as_secs_f64(),
            cpu_s: self.cpu_s.zip(cpu_seconds()).map(|(before, now)| now - before),
            host: host_name(),
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            threads,
            ended: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}

/// User and system time of this process, all threads together.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in brackets and may hold blanks; utime and stime are the
    // 14th and 15th (proc_pid_stat(5)).
    let mut fields = stat[stat.rfind(')')? + 1..].split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_PER_SECOND)
}

fn host_name() -> Option<String> {
    let named = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name =
        named.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok());
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spent_is_measured() {
        let watch = Stopwatch::start();
        let mut value = 1_u64;
        while watch.started.elapsed().as_millis() < 60 {
            value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        }
        let host = watch.stop(3);
        assert!(value != 0 && host.wall_s >= 0.06 && host.threads == 3);
        if cfg!(target_os = "linux") {
            assert!(host.cpu_s.is_some_and(|cpu| (0.0..60.0).contains(&cpu)));
        }
    }
}
