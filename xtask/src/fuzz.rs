//! `cargo xtask fuzz`: libFuzzer against everything that reads bytes from outside, by the targets in `fuzz/`.
//!
//! The pinned stable compiler builds the targets with LLVM's coverage counters, which is what `cargo fuzz -s none`
//! does. Inputs that reach further are kept in `target/fuzz/corpus` from run to run; a small corpus is checked in
//! (`fuzz/corpus`), and `--keep` renews it. In `cargo xtask test` neither seed nor number of runs depends on the
//! clock.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use clap::Args;
use testbed::workspace;

use crate::cargo;
use crate::progress::step;

const PACKAGE: &str = "cepatedge-fuzz";

/// Counters for each edge, and what is compared with what.
const COVERAGE: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// The longest input, in bytes.
const LONGEST: usize = 4_096;
/// The longest input that is checked in.
const LONGEST_KEPT: usize = 1_024;
/// How many inputs of a target are checked in at most: the longest, which the fuzzer would find last.
const MOST_KEPT: usize = 400;
/// An input that takes longer has found a loop, in seconds. What is read here takes microseconds.
const TIMEOUT_S: u64 = 60;
/// How many inputs `cargo xtask test` tries on each target behind its corpus.
const RUNS_IN_TESTS: usize = 4_000;

#[derive(Args)]
pub struct Options {
    /// Only this target; may be given more than once
    #[arg(long = "target")]
    targets: Vec<String>,
    /// For so long, all targets together
    #[arg(long, default_value_t = 5)]
    minutes: u64,
    /// For so long, all targets together, instead of the minutes
    #[arg(long)]
    seconds: Option<u64>,
    /// So many targets at the same time
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Put what was reached into fuzz/corpus afterwards, with as few and small inputs as possible
    #[arg(long)]
    keep: bool,
    /// Run this input once, of the one target that is given
    #[arg(long)]
    input: Option<PathBuf>,
}

/// How long a target is fuzzed.
#[derive(Clone, Copy)]
enum Effort {
    Seconds(u64),
    /// So many inputs behind the corpus, with a fixed seed: the same ones each time.
    Runs(usize),
}

/// What the targets are compiled for.
#[derive(Clone, Copy)]
enum Speed {
    /// Twice as long to compile, and ten times as many inputs a second.
    Fast,
    /// Compiled in the shortest time, for few inputs.
    SoonReady,
}

/// What came of a target.
struct Outcome {
    target: String,
    executions: u64,
    per_second: u64,
    edges: u64,
    features: u64,
    corpus: String,
    finding: Option<Finding>,
}

struct Finding {
    input: PathBuf,
    words: String,
}

/// `cargo xtask fuzz`.
pub fn run(options: &Options) -> Result<()> {
    let chosen = chosen(&options.targets)?;
    build(Speed::Fast)?;
    if let Some(input) = &options.input {
        let [target] = &chosen[..] else { bail!("--input needs one --target") };
        return again(target, input);
    }
    let seconds = options.seconds.unwrap_or(options.minutes * 60);
    let jobs = options.jobs.clamp(1, chosen.len());
    let each = (seconds * jobs as u64 / chosen.len() as u64).max(1);
    let outcomes = fuzz_all(&chosen, jobs, Effort::Seconds(each))?;
    report(&outcomes)?;
    if options.keep {
        step("Keeping what was reached", |_| chosen.iter().try_for_each(|target| keep(target)))?;
    }
    Ok(())
}

/// The step of `cargo xtask test`: the corpus, and a fixed number of inputs that come from a fixed seed.
pub fn check() -> Result<()> {
    build(Speed::SoonReady)?;
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    report(&fuzz_all(&chosen(&[])?, jobs, Effort::Runs(RUNS_IN_TESTS))?)
}

/// Makes sure that there is a compiler for libFuzzer; also what lints the targets needs it.
pub fn ensure_compiler() -> Result<()> {
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let found = Command::new(&compiler).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match found {
        Ok(status) if status.success() => Ok(()),
        _ => bail!("libFuzzer is C++, and there is no `{compiler}`: install g++ or clang, or name a compiler in CXX"),
    }
}

/// The targets of those names; all without any.
fn chosen(names: &[String]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(home().join("fuzz_targets"))? {
        let path = entry?.path();
        all.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    all.sort();
    match names.iter().find(|name| !all.contains(name)) {
        Some(unknown) => bail!("there is no target {unknown}; there are: {}", all.join(", ")),
        None if names.is_empty() => Ok(all),
        None => Ok(names.to_vec()),
    }
}

fn build(speed: Speed) -> Result<()> {
    ensure_compiler()?;
    step("Compiling the fuzz targets", |step| {
        let host = host()?;
        // Naming the target keeps the counters out of build scripts and macros, which other builds share.
        let mut command = cargo::command();
        command.args(["build", "--package", PACKAGE, "--bins", "--target", &host]);
        match speed {
            Speed::Fast => drop(command.args(["--config", "profile.dev.opt-level=1"])),
            Speed::SoonReady => {}
        }
        command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", COVERAGE.join(" "));
        cargo::run(step, command.env("CARGO_INCREMENTAL", "0"))
    })
}

/// This machine, as the compiler names it.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").current_dir(workspace::root()).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say what it compiles for")
}

fn fuzz_all(targets: &[String], jobs: usize, effort: Effort) -> Result<Vec<Outcome>> {
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = step(&format!("Fuzzing {target}"), |_| fuzz(target, effort));
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push(outcome);
                    }
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut outcomes = outcomes.into_iter().collect::<Result<Vec<_>>>()?;
    outcomes.sort_by(|one, other| one.target.cmp(&other.target));
    Ok(outcomes)
}

fn fuzz(target: &str, effort: Effort) -> Result<Outcome> {
    let reached = match effort {
        Effort::Seconds(_) => reached(target),
        // From the corpus that is checked in, whatever else was reached here.
        Effort::Runs(_) => scratch(&format!("tested/{target}"))?,
    };
    for dir in [&reached, &corpus(target), &artifacts(target)] {
        fs::create_dir_all(dir)?;
    }
    let mut command = program(target)?;
    match effort {
        Effort::Seconds(seconds) => command.arg(format!("-max_total_time={seconds}")),
        Effort::Runs(runs) => {
            let first = fs::read_dir(corpus(target))?.count();
            command.arg(format!("-runs={}", first + runs)).arg("-seed=1")
        }
    };
    command.args([format!("-max_len={LONGEST}"), format!("-timeout={TIMEOUT_S}")]);
    command.arg(format!("-artifact_prefix={}/", artifacts(target).display())).arg("-print_final_stats=1");
    let dictionary = home().join("dictionaries").join(format!("{target}.dict"));
    if dictionary.exists() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    let output = command.args([reached, corpus(target)]).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let log = log_of(target);
    fs::write(&log, &said)?;
    let finding = match output.status.success() {
        true => None,
        false => Some(finding(&said).with_context(|| format!("{target} ended early, see {}", log.display()))?),
    };
    Ok(outcome(target, &said, finding))
}

/// What libFuzzer says at the end.
fn outcome(target: &str, said: &str, finding: Option<Finding>) -> Outcome {
    let statistic = |name: &str| {
        let line = said.lines().rev().find_map(|line| line.strip_prefix(&format!("stat::{name}:")));
        line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
    };
    // A line such as `#20000 DONE cov: 812 ft: 2400 corp: 310/9kb lim: 43 exec/s: 9000 rss: 60Mb`.
    let status = said.lines().rev().find(|line| line.starts_with('#') && line.contains(" cov: ")).unwrap_or_default();
    let word = |name: &str| {
        let behind = status.split_whitespace().skip_while(|word| *word != name).nth(1);
        behind.unwrap_or_default().to_owned()
    };
    Outcome {
        target: target.to_owned(),
        executions: statistic("number_of_executed_units"),
        per_second: statistic("average_exec_per_sec"),
        edges: word("cov:").parse().unwrap_or(0),
        features: word("ft:").parse().unwrap_or(0),
        corpus: word("corp:"),
        finding,
    }
}

fn finding(said: &str) -> Option<Finding> {
    let input = said.lines().find_map(|line| line.split("Test unit written to ").nth(1))?;
    let panic = said.lines().skip_while(|line| !line.contains("panicked at")).take(4).collect::<Vec<_>>();
    let summary = said.lines().find(|line| line.starts_with("SUMMARY:")).unwrap_or_default();
    let words = if panic.is_empty() { summary.to_owned() } else { panic.join("\n") };
    Some(Finding { input: PathBuf::from(input), words })
}

fn report(outcomes: &[Outcome]) -> Result<()> {
    println!();
    println!("{:<14}{:>12}{:>10}{:>8}{:>10}  corpus", "target", "executions", "a second", "edges", "features");
    for outcome in outcomes {
        let Outcome { target, executions, per_second, edges, features, corpus, .. } = outcome;
        println!("{target:<14}{executions:>12}{per_second:>10}{edges:>8}{features:>10}  {corpus}");
    }
    let found = outcomes.iter().filter_map(|outcome| Some((outcome, outcome.finding.as_ref()?))).collect::<Vec<_>>();
    for (outcome, Finding { input, words }) in &found {
        let input = input.strip_prefix(workspace::root()).unwrap_or(input).display();
        println!("\n{} failed on {input}\n{words}", outcome.target);
        println!("again: cargo xtask fuzz --target {} --input {input}", outcome.target);
    }
    if found.is_empty() { Ok(()) } else { bail!("{} targets failed", found.len()) }
}

/// One input, with all that the target says of it.
fn again(target: &str, input: &Path) -> Result<()> {
    let status = program(target)?.arg(input).status()?;
    if status.success() { Ok(()) } else { bail!("{target} fails on {}", input.display()) }
}

/// The smallest part of all corpora that reaches every edge that they reach.
fn keep(target: &str) -> Result<()> {
    let fresh = scratch(&format!("kept/{target}"))?;
    let mut command = program(target)?;
    // By edges and not by how often each was taken: a tenth of the inputs.
    command.args(["-merge=1", "-use_counters=0"]).arg(format!("-max_len={LONGEST_KEPT}"));
    let output = command.args([&fresh, &corpus(target), &reached(target)]).output()?;
    if !output.status.success() {
        bail!("the corpus of {target} was not made: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut inputs = Vec::new();
    for entry in fs::read_dir(&fresh)? {
        let entry = entry?;
        inputs.push((Reverse(entry.metadata()?.len()), entry.file_name()));
    }
    inputs.sort();
    let corpus = corpus(target);
    fs::remove_dir_all(&corpus)?;
    fs::create_dir_all(&corpus)?;
    for (_, name) in inputs.iter().take(MOST_KEPT) {
        fs::copy(fresh.join(name), corpus.join(name))?;
    }
    Ok(())
}

fn program(target: &str) -> Result<Command> {
    let mut command = Command::new(workspace::target_dir().join(host()?).join("debug").join(target));
    command.current_dir(workspace::root()).env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    Ok(command)
}

/// An empty folder.
fn scratch(name: &str) -> Result<PathBuf> {
    let dir = workspace::target_dir().join("fuzz").join(name);
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    Ok(dir)
}

fn home() -> PathBuf {
    workspace::root().join("fuzz")
}

/// The inputs that are checked in.
fn corpus(target: &str) -> PathBuf {
    home().join("corpus").join(target)
}

/// The inputs that were found on this machine.
fn reached(target: &str) -> PathBuf {
    workspace::target_dir().join("fuzz/corpus").join(target)
}

/// The inputs that failed.
fn artifacts(target: &str) -> PathBuf {
    home().join("artifacts").join(target)
}

fn log_of(target: &str) -> PathBuf {
    workspace::target_dir().join("fuzz").join(format!("{target}.log"))
}

#[cfg(test)]
mod tests {
    use super::{finding, outcome};

    #[test]
    fn what_libfuzzer_says_becomes_figures() {
        let said = "INFO: Seed: 1\n#2\tINITED cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 30Mb\n\
                    #20000\tDONE   cov: 812 ft: 2400 corp: 310/9kb lim: 43 exec/s: 9000 rss: 60Mb\n\
                    stat::number_of_executed_units: 20000\nstat::average_exec_per_sec:     9000\n";
        let outcome = outcome("cookie", said, finding(said));
        assert_eq!((outcome.executions, outcome.per_second), (20_000, 9_000));
        assert_eq!((outcome.edges, outcome.features, &*outcome.corpus), (812, 2_400, "310/9kb"));
        assert!(outcome.finding.is_none());
    }

    #[test]
    fn a_finding_has_its_input_and_its_reason() {
        let said = "thread '<unnamed>' panicked at fuzz/fuzz_targets/cookie.rs:37:5:\nassertion failed\n  left: 1\n\
                    ==1== ERROR: libFuzzer: deadly signal\nSUMMARY: libFuzzer: deadly signal\n\
                    artifact_prefix='./'; Test unit written to ./crash-1\n";
        let finding = finding(said).unwrap();
        assert_eq!(finding.input.to_str(), Some("./crash-1"));
        assert!(finding.words.contains("cookie.rs:37") && finding.words.contains("left: 1"));
    }
}
