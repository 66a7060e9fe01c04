//! The table on the terminal, the results as JSON, and `docs/benchmarks.md`.

use std::process::Command;
use std::{env, fs, thread};

use anyhow::{Context, Result};
use testbed::{cluster, workerd, workspace};

use crate::results::{Better, Line, Results, number};
use crate::{Bench, Options, process};

/// Prints one line as soon as it is known.
pub fn say(line: &Line) {
    let other = line.other.map_or_else(|| "-".to_owned(), number);
    let ratio = line.ratio().map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
    let goal = line.goal.map_or_else(String::new, |goal| format!("goal {goal}"));
    let verdict = match line.is_met() {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "",
    };
    println!(
        "{:<12} {:<26} {:>10} {:>10} {:<8} {ratio:>6} {goal:<9} {verdict}",
        line.scenario,
        line.measure,
        number(line.ours),
        other,
        line.against
    );
}

/// The whole run.
pub fn results(bench: &Bench, load_before: f64) -> Results {
    let typed: Vec<String> = env::args().skip(1).collect();
    Results {
        date: said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
        machine: machine(),
        software: software(),
        command: format!("cargo xtask bench {}", typed.join(" ")).trim_end().to_owned(),
        load: [load_before, process::load_average()],
        rounds: bench.options.rounds(),
        seconds: bench.options.lasting().as_secs_f64(),
        lines: bench.lines.clone(),
    }
}

/// Keeps the results below `target/`; with `--write` also in the repository, with the page made of them.
pub fn keep(results: &Results, options: &Options) -> Result<()> {
    let json = format!("{}\n", serde_json::to_string_pretty(results)?);
    fs::write(workspace::target_dir().join("bench/results.json"), &json)?;
    if options.write {
        fs::write(workspace::root().join("benches/results.json"), &json)?;
        fs::write(workspace::root().join("docs/benchmarks.md"), page(results))?;
    }
    let missed = results.lines.iter().filter(|line| line.is_met() == Some(false)).count();
    let goals = results.lines.iter().filter(|line| line.goal.is_some()).count();
    println!("{} of {goals} goals met; load {:.1} to {:.1}", goals - missed, results.load[0], results.load[1]);
    Ok(())
}

fn page(results: &Results) -> String {
    let Results { date, machine, software, command, load, rounds, seconds, lines } = results;
    let mut page = format!(
        "{INTRODUCTION}\n## Last run\n\n`{command}` on {date}: {rounds} rounds of {seconds} s each, medians.\n\n\
         - Machine: {machine}; load average {:.1} before and {:.1} after (the run itself included)\n- Software: {software}\n\n\
         {COLUMNS}\n",
        load[0], load[1]
    );
    for line in lines {
        let other = line.other.map_or_else(|| "-".to_owned(), number);
        let ratio = line.ratio().map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        let compared = match line.better {
            Better::More => "at least",
            Better::Less => "at most",
        };
        let goal = line.goal.map_or_else(|| "-".to_owned(), |goal| format!("{compared} {goal}"));
        let met = match line.is_met() {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "-",
        };
        page += &format!(
            "| {} | {} | {} | {other} ({}) | {ratio} | {goal} | {met} |\n",
            line.scenario,
            line.measure,
            number(line.ours),
            if line.against.is_empty() { "-" } else { &line.against },
        );
    }
    page
}

const COLUMNS: &str =
    "| scenario | measured | ours | other | ours / other | goal | met |\n|---|---|---|---|---|---|---|";

/// What does not change with a run.
const INTRODUCTION: &str = include_str!("introduction.md");

fn machine() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown processor");
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kb = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let kernel = said("uname", &["-sr"]);
    // What stands behind the version is the distributor's.
    let kernel = kernel.split('-').next().unwrap_or_default();
    format!(
        "{}, {cores} cores, {:.0} GB, {kernel}",
        model.trim_start_matches([':', ' ', '\t']),
        kb.unwrap_or_default() / 1e6
    )
}

fn software() -> String {
    let workerd = workerd::program().ok().map(|program| said(&program.to_string_lossy(), &["--version"]));
    let postgres = cluster::programs().ok().map(|dir| said(&dir.join("postgres").to_string_lossy(), &["--version"]));
    let rustc = said("rustc", &["--version"]);
    [workerd, postgres, Some(rustc)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// The first line that a program says.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().context("it cannot be started");
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}
