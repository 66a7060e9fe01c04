//! `cargo xtask test`: everything that must hold, in the order in which it fails fastest. CI runs nothing else.
//!
//! Some steps run beside others ([`Check::BESIDE`]); what has an eye on the clock runs alone, behind both.
//!
//! A step that fails does not hide what the later ones have to say, so each runs; the table at the end tells.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, ValueEnum};
use testbed::stack::Tls;
use testbed::{Bundle, Cluster, Stack, stack, workspace};

use crate::beside::Beside;
use crate::integration::{Kind, named};
use crate::progress::{self, step};
use crate::web::Inhabited;
use crate::{build, cargo, demo, deployment, fuzz, setup, torture, web};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

#[derive(Args)]
pub struct Options {
    /// Only this step; may be given more than once
    #[arg(long, value_enum)]
    only: Vec<Check>,
    /// Run the black-box tests on the build that is deployed
    #[arg(long)]
    release: bool,
    /// The steps in a row, without the table: how one runs that is beside others
    #[arg(long, hide = true)]
    bare: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Check {
    /// Formatting of all crates
    Format,
    /// Lints of everything that runs on this machine, warnings denied
    Lint,
    /// Lints of the Worker as it is compiled for the platform, warnings denied
    LintWasm,
    /// Unit tests and the integration tests that need no running system
    Unit,
    /// docs/openapi.json says what the types say
    Openapi,
    /// The app: types, unit tests, its client against docs/openapi.json, its build and that build's size
    Web,
    /// The build that is deployed, and that it has not grown
    Size,
    /// wrangler accepts wrangler.toml and that build
    Deploy,
    /// tests/wasm*.rs, in wasm under Node
    Wasm,
    /// The corpora of the fuzz targets, and so many inputs more, the same each time
    Fuzz,
    /// Tests of src/db against PostgreSQL
    Database,
    /// What each route costs in calls, crossings, SQL and bytes, and that nothing has grown
    Guards,
    /// Black-box tests against workerd and PostgreSQL
    System,
    /// The app in Chromium against a real system
    Browser,
    /// Everything that breaks under load, in short: nothing is lost, nothing done twice
    Torture,
    /// The lock files are as they were committed
    Locks,
}

impl Check {
    const ALL: [Self; 16] = [
        Self::Format,
        Self::Lint,
        Self::LintWasm,
        Self::Unit,
        Self::Openapi,
        Self::Web,
        Self::Size,
        Self::Deploy,
        Self::Wasm,
        Self::Fuzz,
        Self::Database,
        Self::Guards,
        Self::System,
        Self::Browser,
        Self::Torture,
        Self::Locks,
    ];

    /// Those that run beside the ones before [`Check::ALONE`]: npm and the linking of the release build leave a processor or both
    /// idle, cargo locks the release build by itself, and what is counted does not depend on the clock.
    const BESIDE: [Self; 4] = [Self::Web, Self::Size, Self::Deploy, Self::Guards];

    /// Those that run alone, for they wait for things with a bound, and what comes last.
    const ALONE: [Self; 4] = [Self::System, Self::Browser, Self::Torture, Self::Locks];

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

struct Verdict {
    check: Check,
    elapsed: Duration,
    outcome: Result<()>,
}

pub fn run(options: &Options) -> Result<()> {
    let locks = Locks::read()?;
    setup::ensure()?;
    let chosen: Vec<_> =
        Check::ALL.into_iter().filter(|check| options.only.is_empty() || options.only.contains(check)).collect();
    let (alone, early): (Vec<_>, Vec<_>) = chosen.iter().partition(|check| Check::ALONE.contains(check));
    let (beside, here): (Vec<Check>, Vec<Check>) = early.iter().partition(|check| Check::BESIDE.contains(check));
    let mut verdicts = Vec::new();
    if options.bare || beside.is_empty() || here.is_empty() {
        verdicts.extend(chosen.iter().map(|check| judge(*check, options, &locks)));
    } else {
        let lane = Beside::start(beside.iter().map(|check| check.name()).collect())?;
        let mut ended = Vec::new();
        for check in here {
            verdicts.push(judge(check, options, &locks));
            ended.extend(lane.ended());
        }
        ended.extend(lane.wait());
        for check in beside {
            let place = ended.iter().position(|one| one.name == check.name());
            let (elapsed, outcome) = place.map(|place| ended.swap_remove(place)).map_or_else(
                || (Duration::ZERO, Err(anyhow!("it was not run to its end"))),
                |one| (one.elapsed, one.outcome),
            );
            verdicts.push(Verdict { check, elapsed, outcome });
        }
        verdicts.extend(alone.iter().map(|check| judge(*check, options, &locks)));
        verdicts.sort_by_key(|verdict| chosen.iter().position(|check| *check == verdict.check));
    }
    summarise(&verdicts, options.bare)
}

fn judge(check: Check, options: &Options, locks: &Locks) -> Verdict {
    let began = Instant::now();
    let outcome = match check {
        Check::Format => format(),
        Check::Lint => lint(),
        Check::LintWasm => lint_wasm(),
        Check::Unit => unit(),
        Check::Openapi => openapi(),
        Check::Web => web::check(),
        Check::Browser => browser(options.release),
        Check::Size => build::check_size(),
        Check::Deploy => deployment::check(),
        Check::Wasm => wasm(),
        Check::Fuzz => fuzz::check(),
        Check::Database => database(),
        Check::Guards => guards(&[]),
        Check::System => system(options.release),
        Check::Torture => torture::check(),
        Check::Locks => locks.verify(),
    };
    if let Err(error) = &outcome {
        progress::line(&format!("{}: {error:#}", check.name()));
    }
    Verdict { check, elapsed: began.elapsed(), outcome }
}

fn summarise(verdicts: &[Verdict], is_bare: bool) -> Result<()> {
    if !is_bare {
        println!();
    }
    for verdict in verdicts.iter().filter(|_| !is_bare) {
        let (word, reason) = match &verdict.outcome {
            Ok(()) => ("ok", String::new()),
            Err(error) => ("FAILED", format!("  {error:#}")),
        };
        println!("{:<10} {word:<7} {}{reason}", verdict.check.name(), progress::seconds(verdict.elapsed));
    }
    let failed: Vec<String> =
        verdicts.iter().filter(|verdict| verdict.outcome.is_err()).map(|verdict| verdict.check.name()).collect();
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

fn format() -> Result<()> {
    step("Checking the format", |step| {
        cargo::run(step, cargo::command().args(["fmt", "--all", "--check"])).context("`cargo fmt --all` sets it right")
    })
}

/// The packages that are compiled for this machine, in groups: all at once, cargo would unite their features and compile
/// what `cargo xtask` consists of a second time.
const NATIVE: [&[&str]; 2] = [
    &["cepatedge"],
    &[
        "cepatedge-base",
        "cepatedge-durable",
        "cepatedge-pg",
        "cepatedge-text",
        "testbed",
        "xtask",
        "cepatedge-bench",
        "unicode-normalization",
    ],
];
/// The fuzz targets, which run by themselves: the step `fuzz`.
const TARGETS: &[&str] = &["cepatedge-fuzz"];

/// All native tests of the product have the description of the API compiled in, whether they need it or not: without, the
/// product would be compiled twice.
const DESCRIBED: [&str; 2] = ["--features", "openapi"];

fn packages(names: &[&str]) -> Vec<String> {
    names.iter().flat_map(|name| ["--package".to_owned(), (*name).to_owned()]).collect()
}

fn lint() -> Result<()> {
    fuzz::ensure_compiler()?;
    step("Linting for this machine", |step| {
        for group in NATIVE.into_iter().chain([TARGETS]) {
            let mut command = cargo::command();
            command.arg("clippy").args(packages(group)).args(["--all-targets", "--all-features"]);
            cargo::run(step, command.args(["--", "-D", "warnings"]))?;
        }
        Ok(())
    })
}

fn lint_wasm() -> Result<()> {
    step("Linting for the platform", |step| {
        let mut command = cargo::command();
        command.args([
            "clippy",
            "--package",
            "cepatedge",
            "--lib",
            "--target",
            WASM_TARGET,
            "--features",
            build::FAULTS,
        ]);
        cargo::run(step, command.args(["--", "-D", "warnings"]))?;
        let mut examples = cargo::command();
        examples.args(["clippy", "--package", "cepatedge-durable", "--examples", "--target", WASM_TARGET]);
        cargo::run(step, examples.args(["--", "-D", "warnings"]))
    })
}

fn unit() -> Result<()> {
    for group in NATIVE {
        let mut arguments = packages(group);
        arguments.extend(["--lib".to_owned(), "--bins".to_owned()]);
        if group.contains(&"cepatedge") {
            arguments.extend(DESCRIBED.map(str::to_owned));
            arguments.extend(named(Kind::Native)?);
        }
        test(&format!("unit tests of {}", group.join(", ")), &arguments, &[])?;
    }
    // The tables that the platform's Unicode is held to, too, in the step `wasm`.
    test("golden tables of texts", &[packages(&["cepatedge-text"]), vec!["--tests".to_owned()]].concat(), &[])
}

fn openapi() -> Result<()> {
    let mut arguments = packages(&["cepatedge"]);
    arguments.extend(DESCRIBED.map(str::to_owned));
    arguments.extend(["--lib", "openapi::"].map(str::to_owned));
    test("tests of the API's description", &arguments, &[])
}

fn wasm() -> Result<()> {
    let tests = named(Kind::Wasm)?;
    if tests.is_empty() {
        return Ok(());
    }
    step("Compiling the runner of wasm tests", |step| {
        cargo::run(step, cargo::command().args(["build", "--package", "wasm-test-runner"]))
    })?;
    let mut arguments = packages(&["cepatedge"]);
    arguments.extend(["--target".to_owned(), WASM_TARGET.to_owned()]);
    arguments.extend(tests);
    let runner = workspace::target_dir().join("debug/wasm-test-runner");
    let modules = format!("--require={}", workspace::root().join("runtime/wasm-tests.cjs").display());
    let environment =
        [("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &*runner.display().to_string()), ("NODE_OPTIONS", &modules)];
    test("wasm tests", &arguments, &environment)?;
    let mut texts = packages(&["cepatedge-text"]);
    texts.extend(["--target", WASM_TARGET, "--test", "wasm"].map(str::to_owned));
    test("wasm tests of texts", &texts, &environment)
}

fn database() -> Result<()> {
    on_postgres("database tests", Kind::Database, &[])
}

/// Runs on the build that is deployed: what is recorded is about that one.
pub fn guards(environment: &[(&str, &str)]) -> Result<()> {
    let bundle = Bundle::release();
    build::make(&bundle)?;
    let name = bundle.name();
    on_postgres("guards", Kind::Guards, &[environment, &[(stack::BUNDLE, &name)]].concat())
}

/// So many browsers at once, each with a system of its own: what one waits for, another uses.
const BROWSERS: usize = 2;

fn browser(release: bool) -> Result<()> {
    let bundle = if release { Bundle::release() } else { Bundle::dev() };
    web::make()?;
    build::make(&bundle)?;
    let inhabited = (1..=BROWSERS).map(|number| inhabit(number, &bundle)).collect::<Result<Vec<_>>>()?;
    let empty = step("Starting an empty system", |_| {
        Stack::builder().without_demo_users().own_postgres().bundle(bundle).start()
    })?;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| restart_on_demand(&inhabited, &is_over));
        let outcome = web::browse(&inhabited, &empty);
        is_over.store(true, Ordering::Relaxed);
        outcome
    })
}

/// A system with the demo's people and requests.
fn inhabit(number: usize, bundle: &Bundle) -> Result<Inhabited> {
    let stack = step(&format!("Starting system {number}"), |_| {
        Stack::builder().own_postgres().mail(Tls::Off).identity().bundle(bundle.clone()).start()
    })?;
    step(&format!("Making demo requests in system {number}"), |step| demo::requests(step, &stack.base_url))?;
    let restart = stack.data_dir().join("restart");
    Ok(Inhabited { stack, restart })
}

/// Until it is over: kills a runtime and starts it again whenever a test has made its file, and removes the file.
fn restart_on_demand(inhabited: &[Inhabited], is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        for Inhabited { stack, restart } in inhabited.iter().filter(|one| one.restart.exists()) {
            if let Err(error) = stack.runtime.kill9().and_then(|()| stack.runtime.start()) {
                progress::line(&format!("the runtime did not start again: {error:#}"));
            }
            // Where this fails the test that waits for it fails as well.
            let _ = fs::remove_file(restart);
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn system(release: bool) -> Result<()> {
    let plain = if release { Bundle::release() } else { Bundle::dev() };
    web::make()?;
    build::make(&plain)?;
    build::make(&plain.clone().features(build::FAULTS))?;
    on_postgres("black-box tests", Kind::System, &[(stack::BUNDLE, &plain.name())])
}

/// One server for all test binaries; each test has a database of its own in it.
fn on_postgres(title: &str, kind: Kind, environment: &[(&str, &str)]) -> Result<()> {
    let tests = named(kind)?;
    if tests.is_empty() {
        return Ok(());
    }
    let home = workspace::scratch_dir().join(format!("{}-run", std::process::id()));
    let cluster = step("Starting PostgreSQL", |_| Cluster::start_in(&home, stack::test_settings()))?;
    let url = cluster.url("postgres");
    let mut arguments = packages(&["cepatedge"]);
    arguments.extend(DESCRIBED.map(str::to_owned));
    arguments.extend(tests);
    let outcome = test(title, &arguments, &[environment, &[(stack::SHARED_POSTGRES, &url)]].concat());
    cluster.stop()?;
    fs::remove_dir_all(&home)?;
    outcome
}

/// Compiles as a step of ours, then lets the test binaries speak for themselves.
fn test(title: &str, arguments: &[String], environment: &[(&str, &str)]) -> Result<()> {
    let command = || {
        let mut command = cargo::command();
        command.arg("test").args(arguments).envs(environment.iter().copied());
        command
    };
    step(&format!("Compiling the {title}"), |step| cargo::run(step, command().arg("--no-run")))?;
    let mut command: Command = command();
    let path = std::env::var_os("PATH").unwrap_or_default();
    // wasm tests look for `node`: they get the one that the runtime gets.
    let bin = workspace::node_modules().join(".bin");
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path)))?;
    let status = command.arg("--no-fail-fast").env("PATH", path).status()?;
    if !status.success() {
        bail!("{title} failed");
    }
    Ok(())
}

/// The lock files before anything ran.
struct Locks(Vec<(PathBuf, Vec<u8>)>);

impl Locks {
    fn read() -> Result<Self> {
        let files = ["Cargo.lock", "package-lock.json"].map(|name| workspace::root().join(name));
        let contents = files.into_iter().map(|file| Ok((file.clone(), fs::read(file)?))).collect::<Result<_>>()?;
        Ok(Self(contents))
    }

    fn verify(&self) -> Result<()> {
        for (file, before) in &self.0 {
            if fs::read(file)? != *before {
                bail!("{} was out of date and has changed: commit it", file.display());
            }
        }
        Ok(())
    }
}
