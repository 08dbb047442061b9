//! One example or two for each verb, as its help shows them.

/// Of `run`.
pub const RUN: &str = "\
Examples:
  flashcrowd run scenarios/double-11.yaml
  flashcrowd run opening.yaml --set services.web.replicas=40 --precision 2% --out results";

/// Of `sweep`.
pub const SWEEP: &str = "\
Examples:
  flashcrowd sweep scenarios/sweep-hpa.yaml --out results
  flashcrowd sweep opening.yaml --vary services.web.replicas='20 .. 60 step 10' --vary traffic.shoppers.rate=600/s,800/s";

/// Of `rerun`.
pub const RERUN: &str = "\
Example:
  flashcrowd rerun results";

/// Of `check`.
pub const CHECK: &str = "\
Examples:
  flashcrowd check opening.yaml --against git:main --budget 60s --junit junit.xml --markdown pr.md
  flashcrowd check scenarios/*.yaml --against base/scenarios --tolerate 'checkout p99=+2%'
  flashcrowd check opening.yaml --baseline baseline.json --update-baseline --replications 100
  flashcrowd check opening.yaml --baseline baseline.json";

/// Of `compare`.
pub const COMPARE: &str = "\
Examples:
  flashcrowd compare before.yaml after.yaml
  flashcrowd compare opening.yaml --with services.web.replicas=40
  flashcrowd compare opening.yaml --set services.web.replicas=30 --set services.web.replicas=40
  flashcrowd compare opening.yaml --set services.web.slots=8 --with services.web.slots=16
  flashcrowd compare opening.yaml --with 'services.web.replicas=30; services.web.slots=8' \\
      --with services.web.replicas=40 --indifference 2% --out comparison";

/// Of `capacity`.
pub const CAPACITY: &str = "\
Examples:
  flashcrowd capacity sale-study.yaml headroom
  flashcrowd capacity opening.yaml --largest traffic.shoppers.peaks.opening.factor=5..40
  flashcrowd capacity opening.yaml --cheapest hpa/web.spec.minReplicas=20..120 --probability 95%
  flashcrowd capacity opening.yaml --latest timeline.raise-floors.at=T0-30m..T0 --out results";

/// Of `validate`.
pub const VALIDATE: &str = "\
Examples:
  flashcrowd validate scenarios/*.yaml
  flashcrowd validate opening.yaml --set traffic.shoppers.rate=900/s --resolved";

/// Of `schema`.
pub const SCHEMA: &str = "\
Example:
  flashcrowd schema > scenario.v1.json";

/// Of `new`.
pub const NEW: &str = "\
Example:
  flashcrowd new opening.yaml && flashcrowd run opening.yaml";

/// Of `completions`.
pub const COMPLETIONS: &str = "\
Example:
  flashcrowd completions bash > ~/.local/share/bash-completion/completions/flashcrowd";

/// Of `man`.
pub const MAN: &str = "\
Examples:
  flashcrowd man > flashcrowd.1
  flashcrowd man run | man -l -";
