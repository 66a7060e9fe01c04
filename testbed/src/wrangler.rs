//! `wrangler.toml`, read for the local runtime: the one place that names bindings, classes and dates.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::workspace;

/// The parts of the deployment's configuration that a local runtime has as well.
#[derive(Clone, Debug, Deserialize)]
pub struct Wrangler {
    /// The Worker's name.
    pub name: String,
    compatibility_date: String,
    #[serde(default)]
    compatibility_flags: Vec<String>,
    #[serde(default)]
    vars: BTreeMap<String, String>,
    #[serde(default)]
    durable_objects: DurableObjects,
    #[serde(default)]
    exports: BTreeMap<String, Export>,
    #[serde(default)]
    r2_buckets: Vec<Bucket>,
    #[serde(default)]
    ratelimits: Vec<RateLimit>,
    #[serde(default)]
    send_email: Vec<SendEmail>,
    #[serde(default)]
    triggers: Triggers,
    assets: Option<Assets>,
}

#[derive(Clone, Debug, Deserialize)]
struct Assets {
    directory: String,
    binding: String,
    not_found_handling: String,
    run_worker_first: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct DurableObjects {
    #[serde(default)]
    bindings: Vec<DurableObject>,
}

#[derive(Clone, Debug, Deserialize)]
struct DurableObject {
    name: String,
    class_name: String,
}

/// A class of objects. What is no longer there (a `state` of its own) has no storage.
#[derive(Clone, Debug, Deserialize)]
struct Export {
    #[serde(rename = "type")]
    kind: String,
    storage: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Bucket {
    binding: String,
    bucket_name: String,
}

#[derive(Clone, Debug, Deserialize)]
struct RateLimit {
    name: String,
    namespace_id: String,
    simple: SimpleLimit,
}

#[derive(Clone, Debug, Deserialize)]
struct SendEmail {
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
struct SimpleLimit {
    limit: u32,
    period: u32,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Triggers {
    #[serde(default)]
    crons: Vec<String>,
}

impl Wrangler {
    /// Reads the repository's `wrangler.toml`.
    pub fn read() -> Result<Self> {
        let file = workspace::root().join("wrangler.toml");
        let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        toml::from_str(&text).with_context(|| format!("{} cannot be understood", file.display()))
    }

    /// The cron expressions of the scheduled event.
    pub fn crons(&self) -> &[String] {
        &self.triggers.crons
    }

    /// The date whose behaviour of the platform is wanted.
    pub fn compatibility_date(&self) -> &str {
        &self.compatibility_date
    }

    /// The deployment's variables.
    pub fn text_vars(&self) -> &BTreeMap<String, String> {
        &self.vars
    }

    /// Each binding of an object namespace with its class.
    pub fn namespaces(&self) -> impl Iterator<Item = (&str, &str)> {
        self.durable_objects.bindings.iter().map(|object| (object.name.as_str(), object.class_name.as_str()))
    }

    /// The binding of each bucket of R2.
    pub fn buckets(&self) -> impl Iterator<Item = &str> {
        self.r2_buckets.iter().map(|bucket| bucket.binding.as_str())
    }

    /// The Worker as Miniflare wants it, without its modules. `vars` come on top of the deployment's. The app is the build in
    /// the folder `app`, otherwise the deployment's; where that was not made, the Worker runs without it.
    pub fn worker(&self, vars: &BTreeMap<String, String>, app: Option<&Path>) -> Value {
        let mut worker = json!({
            "name": self.name,
            "compatibilityDate": self.compatibility_date,
            "compatibilityFlags": self.compatibility_flags,
            "env": self.bindings(vars),
            "exports": self.classes(),
        });
        if let Some((assets, directory)) = self.built_assets(app) {
            worker["env"][&assets.binding] = json!({ "type": "assets" });
            worker["assets"] = json!({
                "directory": directory,
                "hasUserWorker": true,
                "notFoundHandling": assets.not_found_handling,
                "runWorkerFirst": assets.run_worker_first,
            });
        }
        worker
    }

    fn built_assets(&self, app: Option<&Path>) -> Option<(&Assets, PathBuf)> {
        let assets = self.assets.as_ref()?;
        let directory = app.map_or_else(|| workspace::root().join(&assets.directory), Path::to_owned);
        directory.join("index.html").exists().then_some((assets, directory))
    }

    fn bindings(&self, vars: &BTreeMap<String, String>) -> Map<String, Value> {
        let mut bindings = Map::new();
        for (name, value) in self.vars.iter().chain(vars) {
            bindings.insert(name.clone(), json!({ "type": "text", "value": value }));
        }
        for object in &self.durable_objects.bindings {
            let binding = json!({ "type": "durable-object", "worker": self.name, "exportName": object.class_name });
            bindings.insert(object.name.clone(), binding);
        }
        for bucket in &self.r2_buckets {
            bindings.insert(bucket.binding.clone(), json!({ "type": "r2", "name": bucket.bucket_name }));
        }
        for rate in &self.ratelimits {
            let simple = json!({ "limit": rate.simple.limit, "period": rate.simple.period });
            let binding = json!({ "type": "rate-limit", "namespace": rate.namespace_id, "simple": simple });
            bindings.insert(rate.name.clone(), binding);
        }
        // Also the one that is asked for, where the deployment has another provider.
        let asked = vars.get("MAIL_URL").and_then(|url| url.strip_prefix("binding:")).filter(|name| !name.is_empty());
        for name in self.send_email.iter().map(|binding| binding.name.as_str()).chain(asked) {
            bindings.insert(name.to_owned(), json!({ "type": "send-email" }));
        }
        bindings
    }

    fn classes(&self) -> Map<String, Value> {
        let class = |(name, export): (&String, &Export)| {
            let storage = export.storage.as_ref()?;
            Some((name.clone(), json!({ "type": export.kind, "storage": storage })))
        };
        self.exports.iter().filter_map(class).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_binding_names_a_class_that_is_exported() {
        let wrangler = Wrangler::read().unwrap();
        let classes = wrangler.classes();
        for object in &wrangler.durable_objects.bindings {
            let wanted = json!({ "type": "durable-object", "storage": "sqlite" });
            assert_eq!(classes.get(&object.class_name), Some(&wanted), "{}", object.name);
        }
        assert_eq!(classes.len(), wrangler.durable_objects.bindings.len());
    }

    #[test]
    fn a_variable_of_ours_wins_over_the_deployments() {
        let wrangler = Wrangler::read().unwrap();
        let vars = BTreeMap::from([("ENVIRONMENT".to_owned(), "development".to_owned())]);
        let worker = wrangler.worker(&vars, None);
        assert_eq!(worker["env"]["ENVIRONMENT"]["value"], "development");
        assert_eq!(worker["env"]["FILES"]["type"], "r2");
        assert_eq!(worker["env"]["LOGIN_RATE"]["type"], "rate-limit");
    }
}
