//! What a build weighs: its start, its size, the memory of an object that is awake. And what the runtime allows at most.

use std::process::{Command, Stdio};
use std::time::Instant;
use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use testbed::Workerd;

use crate::Bench;
use crate::compare::CONNECTIONS;
use crate::http::Call;
use crate::load::{self, Load, Measured, median};
use crate::process;
use crate::report::say;
use crate::results::{Better, Line};
use crate::routes::requests;
use crate::side::{Build, Side, settings, wait_until_ready};

/// From the start of workerd to the first answer, in turn; a Worker that does nothing tells what workerd itself takes.
pub fn startup(bench: &mut Bench) -> Result<()> {
    let builds = [Build::Ours, Build::Peer, Build::Empty];
    let (mut wall, mut cpu) = ([const { Vec::new() }; 3], [const { Vec::new() }; 3]);
    for side in [&bench.ours, &bench.peer] {
        side.rest()?;
    }
    for round in 0..=bench.options.pick(3, 10) {
        for (index, build) in builds.into_iter().enumerate() {
            let (wall_ms, cpu_ms) = one_start(bench, build)?;
            if round > 0 {
                wall[index].push(wall_ms);
                cpu[index].push(cpu_ms);
            }
        }
    }
    let (wall, cpu) = (wall.map(|all| median(&all)), cpu.map(|all| median(&all)));
    let own = [cpu[0] - cpu[2], cpu[1] - cpu[2]];
    let lines = [
        Line::new("start-up", "to the first answer, ms", wall[0], wall[1], Better::Less, None),
        Line::new("start-up", "CPU beyond an empty Worker's, ms", own[0], own[1], Better::Less, None),
        Line::alone("start-up", "the same against the goal", own[0], Better::Less, Some(50.0)),
    ];
    lines.iter().for_each(say);
    bench.lines.extend(lines);
    Ok(())
}

fn one_start(bench: &Bench, build: Build) -> Result<(f64, f64)> {
    let home = bench.home.join("start");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    let settings = settings(build, &home, &bench.ours.database_url, bench.ours.secrets(), bench.bucket.port);
    let began = Instant::now();
    let mut workerd = Workerd::serve(&settings)?;
    wait_until_ready(workerd.port)?;
    let wall_ms = began.elapsed().as_secs_f64() * 1_000.0;
    let cpu_ms = process::cpu_ms(workerd.pid)?;
    workerd.stop()?;
    Ok((wall_ms, cpu_ms))
}

/// What workerd answers at most when the Worker does nothing, and when it makes one call to an object: no build can be
/// faster than that.
pub fn floor(bench: &mut Bench) -> Result<()> {
    let home = bench.home.join("floor");
    let mut workerd = Workerd::serve(&settings(
        Build::Empty,
        &home,
        &bench.ours.database_url,
        bench.ours.secrets(),
        bench.bucket.port,
    ))?;
    wait_until_ready(workerd.port)?;
    for (path, measure) in [("/plain", "an empty answer"), ("/hop", "with one call to an object")] {
        let request = Call::get(path).bytes();
        let load = Load { port: workerd.port, pid: workerd.pid, make: &|_, _| request.clone(), expect: 200 };
        load::closed(&load, CONNECTIONS, bench.options.lasting())?;
        let rounds = (0..bench.options.rounds()).map(|_| load::closed(&load, CONNECTIONS, bench.options.lasting()));
        let rounds = rounds.collect::<Result<Vec<_>>>()?;
        let middle = |get: fn(&Measured) -> f64| median(&rounds.iter().map(get).collect::<Vec<_>>());
        let lines = [
            Line::alone("floor", &format!("{measure}, per second"), middle(|one| one.per_second), Better::More, None),
            Line::alone("floor", &format!("{measure}, CPU µs"), middle(|one| one.cpu_us), Better::Less, None),
        ];
        lines.iter().for_each(say);
        bench.lines.extend(lines);
    }
    workerd.stop()
}

/// What is uploaded, raw and gzipped.
pub fn size(bench: &mut Bench) -> Result<()> {
    let mut raw = [0.0; 2];
    let mut gzipped = [0.0; 2];
    for (index, build) in [Build::Ours, Build::Peer].into_iter().enumerate() {
        for file in std::iter::once(build.main_module()).chain(build.wasm_module()) {
            raw[index] += fs::metadata(&file)?.len() as f64 / 1_000.0;
            gzipped[index] += gzip_bytes(&file)? / 1_000.0;
        }
    }
    let wasm = gzip_bytes(&Build::Ours.wasm_module().context("no wasm module")?)? / 1_000.0;
    let lines = [
        Line::new("size", "raw, kB", raw[0], raw[1], Better::Less, None),
        Line::new("size", "gzipped, kB", gzipped[0], gzipped[1], Better::Less, None),
        Line::alone("size", "the wasm alone, gzipped, kB", wasm, Better::Less, Some(700.0)),
    ];
    lines.iter().for_each(say);
    bench.lines.extend(lines);
    Ok(())
}

fn gzip_bytes(file: &Path) -> Result<f64> {
    let output =
        Command::new("gzip").arg("-9c").arg(file).stderr(Stdio::null()).output().context("there is no gzip")?;
    if output.status.success() { Ok(output.stdout.len() as f64) } else { bail!("gzip failed") }
}

/// Wakes requests one after the other on a fresh runtime: what each of them adds to its memory.
pub fn memory(bench: &mut Bench) -> Result<()> {
    let count = bench.options.pick(200, 1_000);
    let mut weights = Vec::new();
    for side in [&mut bench.ours, &mut bench.peer] {
        let ids = requests(side, "memory", count + WARM)?;
        side.restart_with(|_| Ok(()))?;
        weights.push(weight_kb(side, &ids)?);
    }
    let line = Line::new("memory", "per request's object awake, kB", weights[0], weights[1], Better::Less, None);
    say(&line);
    bench.lines.push(line);
    Ok(())
}

/// Requests that are read before, so that code is compiled and pools are filled.
const WARM: usize = 50;

fn weight_kb(side: &Side, ids: &[String]) -> Result<f64> {
    let mut wire = side.connect()?;
    let (warm, measured) = ids.split_at(WARM);
    let mut read =
        |id: &String| wire.call(&side.signed("manager", Call::get(&format!("/api/requests/{id}"))))?.expect(200);
    for id in warm {
        read(id)?;
    }
    let before = process::resident_kb(side.workerd.pid)?;
    for id in measured {
        read(id)?;
    }
    Ok((process::resident_kb(side.workerd.pid)? - before) / measured.len() as f64)
}
