//! Steps of `cargo xtask test` that run beside the others, each in a process of its own, one after the other: what such a
//! step says is told whole, and never in the middle of what another one says.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use testbed::stack;

use crate::progress::{self, Step, step};

/// What became of a step.
pub struct Ended {
    pub name: String,
    pub elapsed: Duration,
    pub outcome: Result<()>,
    /// Everything that it said.
    said: String,
}

/// Steps at work.
pub struct Beside {
    ended: Receiver<Ended>,
    worker: JoinHandle<()>,
}

impl Beside {
    /// Begins the steps of these names.
    ///
    /// # Errors
    ///
    /// This program cannot be copied.
    pub fn start(names: Vec<String>) -> Result<Self> {
        // Cargo may write this program anew meanwhile, and its file would be gone.
        let program = stack::scratch_dir("beside")?.join("xtask");
        fs::copy(env::current_exe()?, &program).context("this program cannot be copied")?;
        let (sender, ended) = channel();
        let worker = thread::spawn(move || {
            for name in names {
                let (began, mut said) = (Instant::now(), String::new());
                let title = format!("Beside: {name}");
                let outcome = step(&title, |step| run(step, &program, &name, &mut said));
                // Who started this waits for its end.
                let _ = sender.send(Ended { name, elapsed: began.elapsed(), outcome, said });
            }
        });
        Ok(Self { ended, worker })
    }

    /// The steps that have ended since this was asked last; what they said is told now.
    pub fn ended(&self) -> Vec<Ended> {
        self.ended.try_iter().inspect(Ended::tell).collect()
    }

    /// The rest of the steps, once they have ended.
    pub fn wait(self) -> Vec<Ended> {
        let ended = self.ended.iter().inspect(Ended::tell).collect();
        // It has nothing left to do: its end of the channel is gone.
        let _ = self.worker.join();
        ended
    }
}

impl Ended {
    fn tell(&self) {
        progress::line(&format!("── {} ──\n{}──", self.name, self.said));
    }
}

/// `cargo xtask test --only NAME`, whose lines become the step's detail and, all together, `said`.
fn run(step: &Step, program: &Path, name: &str, said: &mut String) -> Result<()> {
    let (reader, writer) = std::io::pipe()?;
    let mut command = Command::new(program);
    command.args(["test", "--bare", "--only", name]).stdin(Stdio::null());
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().context("the step cannot be started")?;
    // The writing ends in it would keep the pipe open.
    drop(command);
    for line in BufReader::new(reader).lines().map_while(Result::ok) {
        step.detail(line.trim_start_matches(['…', '✓', ' ']));
        said.extend([line.as_str(), "\n"]);
    }
    ensure!(child.wait()?.success(), "see what `{name}` said");
    Ok(())
}
