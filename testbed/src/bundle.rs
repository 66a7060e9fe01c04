//! A build of the Worker as `cargo xtask build` lays it out: `target/edge/<name>/index.js` with `index_bg.wasm` beside it.

use std::path::PathBuf;

use crate::workspace;

/// Which build: the compiler profile and the Cargo features.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    release: bool,
    features: Vec<String>,
    /// Where it lies, if it was not built here.
    elsewhere: Option<PathBuf>,
}

impl Bundle {
    /// The build of the developer's loop.
    pub fn dev() -> Self {
        Self::default()
    }

    /// The build that is deployed.
    pub fn release() -> Self {
        Self { release: true, ..Self::default() }
    }

    /// One that was built from another source: the folder that holds its modules.
    pub fn elsewhere(folder: PathBuf) -> Self {
        Self { elsewhere: Some(folder), ..Self::default() }
    }

    /// With these Cargo features, separated by commas.
    pub fn features(mut self, features: &str) -> Self {
        self.features =
            features.split(',').map(str::trim).filter(|feature| !feature.is_empty()).map(str::to_owned).collect();
        self.features.sort();
        self
    }

    /// Whether the release profile compiled it.
    pub fn is_release(&self) -> bool {
        self.release
    }

    /// Its Cargo features, sorted.
    pub fn feature_list(&self) -> &[String] {
        &self.features
    }

    /// `dev`, `release`, `dev-fault-injection`: the profile and then the features.
    pub fn name(&self) -> String {
        let mut name = String::from(if self.release { "release" } else { "dev" });
        for feature in &self.features {
            name.push('-');
            name.push_str(feature);
        }
        name
    }

    /// The folder that holds the modules.
    pub fn dir(&self) -> PathBuf {
        let here = || workspace::target_dir().join("edge").join(self.name());
        self.elsewhere.clone().unwrap_or_else(here)
    }

    /// The module that the runtime starts.
    pub fn main_module(&self) -> PathBuf {
        self.dir().join("index.js")
    }

    /// The compiled Worker, imported by the main module under its file name.
    pub fn wasm_module(&self) -> PathBuf {
        self.dir().join("index_bg.wasm")
    }

    /// The command that makes it, for messages.
    pub fn build_command(&self) -> String {
        let mut command = String::from("cargo xtask build");
        if self.release {
            command.push_str(" --release");
        }
        if !self.features.is_empty() {
            command.push_str(" --features ");
            command.push_str(&self.features.join(","));
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_name_the_build_whatever_their_order() {
        assert_eq!(Bundle::dev().name(), "dev");
        assert_eq!(Bundle::release().features("b, a").name(), "release-a-b");
        assert_eq!(Bundle::dev().features("a,b"), Bundle::dev().features("b,a"));
        assert_eq!(Bundle::dev().features("a").build_command(), "cargo xtask build --features a");
    }
}
