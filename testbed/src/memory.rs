//! How much memory a process holds, as Linux tells it (`proc_pid_status(5)`).

use std::fs;

use anyhow::{Context, Result};

/// A process of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pid: u32,
}

impl Memory {
    /// That of the process in this group whose program has this name.
    pub(crate) fn of(group: u32, name: &str) -> Result<Self> {
        let processes = fs::read_dir("/proc").context("this machine does not tell of its processes")?;
        let mut pids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let pid = pids.find(|pid| is_it(*pid, group, name));
        Ok(Self { pid: pid.with_context(|| format!("{name} does not run"))? })
    }

    /// What it holds now, in bytes.
    pub fn resident(&self) -> Result<u64> {
        self.figure("VmRSS:")
    }

    /// The most that it has held since [`forget_peak`](Self::forget_peak), in bytes.
    pub fn peak(&self) -> Result<u64> {
        self.figure("VmHWM:")
    }

    /// What it holds now counts as the most from now on.
    pub fn forget_peak(&self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.pid), "5")?)
    }

    fn figure(&self, name: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such figure")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1_024)
    }
}

/// The name stands in parentheses, and behind it state, parent and group.
fn is_it(pid: u32, group: u32, name: &str) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let Some((start, rest)) = stat.rsplit_once(") ") else { return false };
    let of_group = rest.split(' ').nth(2).and_then(|group| group.parse().ok());
    start.ends_with(&format!("({name}")) && of_group == Some(group)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;
    use crate::process::Leashed;

    #[test]
    fn a_process_is_found_and_holds_something() {
        let mut process = Leashed::spawn("cat", Command::new("cat").stdout(Stdio::null())).unwrap();
        let memory = Memory::of(process.child().id(), "cat").unwrap();
        memory.forget_peak().unwrap();
        assert!(memory.resident().unwrap() > 0 && memory.peak().unwrap() > 0);
        assert!(Memory::of(process.child().id(), "dog").is_err());
    }
}
