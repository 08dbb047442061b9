//! flashcrowd: a deterministic discrete-event simulator for capacity planning under traffic peaks.
//!
//! Everything begins in [`study`]: a [`Study`](study::Study) is a scenario with edits, and every verb of the command
//! line is a function of it. A result is a function of scenario, seed and version: the number of threads takes no part.
//!
//! ```
//! use flashcrowd::analysis::Outcome;
//! use flashcrowd::study::Study;
//!
//! // A scenario may be a file (`Study::open`), or text in memory that no file system ever sees.
//! let shop = Study::from_text("
//! schema: 1
//! name: A small shop
//! run: { warm_up: 1m, length: 10m, mode: steady, replications: 10 }
//! traffic: { shoppers: { rate: 8/s, classes: { view: { entry: web.view } } } }
//! services:
//!   web: { replicas: 1, slots: 1, operations: { view: [ { work: exponential(100ms) } ] } }
//! objectives: [ view within 3s >= 95% ]
//! ");
//!
//! // Ten independent runs, folded into one summary. Mistakes in the text would come back here, all with their places.
//! let result = shop.run()?;
//!
//! // Any figure of `summary.csv`, by the same names, with its 95 % interval.
//! let p99 = result.summary.estimate("class/view", "sojourn_p99").expect("somebody was answered");
//! println!("p99: {:.1} s ({:.1} s .. {:.1} s)", p99.mean, p99.ci95_low, p99.ci95_high);
//!
//! // The verdict that the command line's exit code is made of.
//! assert_eq!(result.summary.conclusion.outcome, Some(Outcome::Pass));
//!
//! // What if? Both meet the same shoppers with the same work, so that what differs is the setting.
//! let larger = shop.set("services.web.replicas", 2).run()?;
//! let faster = larger.summary.estimate("class/view", "sojourn_p99").expect("somebody was answered");
//! assert!(faster.ci95_high < p99.ci95_low);
//! # Ok::<(), flashcrowd::study::StudyError>(())
//! ```
//!
//! What a study takes and gives lies in the rooms below it: scenarios, their mistakes and where their files come from in
//! [`scenario`]; numbers and verdicts in [`analysis`]; what a check decided in [`baseline`]; texts, tables and pages of
//! all of these in [`report`]; the simulated system, as a scenario describes it, in [`model`]; time in [`units`].
//!
//! The rooms that these are built on (engine, laws, statistics, the simulated world, and the command line itself) are no
//! interface and may change with any version; `ARCHITECTURE.md` is their map.
//!
//! The feature `cli`, on by default, is the program with the crates that only it needs. With `default-features = false`
//! none of them is built.

pub mod units;

#[doc(hidden)]
pub mod numerics;

#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod random;
#[doc(hidden)]
pub mod stats;

pub mod model;
#[doc(hidden)]
pub mod policy;

#[doc(hidden)]
pub mod metrics;
pub mod scenario;
#[doc(hidden)]
pub mod theory;

#[doc(hidden)]
pub mod system;

#[doc(hidden)]
pub mod experiment;

pub mod analysis;
pub mod baseline;

pub mod report;

pub mod study;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
