//! The rules of this repository that no compiler and no linter checks, read off its files line by line: which layer may
//! know which, that no files import each other in a circle, where SQL lives, how long a paper is, and that what the
//! papers and the configuration name exists. What clippy can hold stands in `src/lib.rs` and `clippy.toml`.
//!
//! A rule that has to bend gets its exception here, with the reason beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, iter};

/// The layers, lowest first; each knows those below it.
const LAYERS: [&str; 7] = ["domain", "db", "mail", "push", "files", "objects", "router"];

/// What belongs to the platform.
const PLATFORM: [&str; 4] = ["worker::", "js_sys", "wasm_bindgen", "web_sys"];

/// The only file of `src/db` that touches the platform.
const DB_PLATFORM: [&str; 1] = ["src/db/edge.rs"];

/// The faults on demand write to tables that are not theirs.
const SQL_OF_FAULTS: &str = "src/objects/request/faults.rs";

/// A file past this many lines hides a noun that wants its own.
const MOST_LINES: usize = 400;

#[test]
fn the_layers_depend_one_way() {
    let layer = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    let mut problems = Vec::new();
    for source in sources("src") {
        let Some(own) = source.module.first().and_then(|name| layer(name)) else { continue };
        for path in source.paths() {
            let higher = path.first().filter(|name| layer(name).is_some_and(|other| other > own));
            problems.extend(higher.map(|name| format!("{} knows {name}", source.path)));
        }
    }
    assert_none(&problems);
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let sources = sources("src");
    let circles: Vec<String> = circles(&sources).iter().map(|files| files.join(" ")).collect();
    assert_none(&circles);
}

#[test]
fn the_domain_and_the_wire_know_no_platform() {
    let pure =
        |path: &str| path.starts_with("src/domain/") || (path.starts_with("src/db/") && !DB_PLATFORM.contains(&path));
    let sources = sources("src").into_iter().filter(|source| pure(&source.path));
    let problems = sources.flat_map(|source| source.mentions(&PLATFORM)).collect::<Vec<_>>();
    assert_none(&problems);
}

#[test]
fn sql_stays_where_it_belongs() {
    let mut problems = Vec::new();
    for source in sources("src") {
        let file = source.path.rsplit('/').next().unwrap_or_default();
        let of_an_actor =
            source.path.starts_with("src/objects/") && ["store.rs", "query.rs", "columns.rs"].contains(&file);
        if source.path.starts_with("src/db/") || of_an_actor || source.path == SQL_OF_FAULTS {
            continue;
        }
        problems.extend(source.lines.iter().filter(|(_, line)| is_sql(line)).map(|(n, _)| source.at(*n)));
    }
    assert_none(&problems);
}

#[test]
fn every_file_says_what_it_owns() {
    let roots = ["src", "tests", "testbed", "xtask", "examples", "fuzz"];
    let sources = roots.into_iter().flat_map(files).filter(|path| path.ends_with(".rs"));
    let problems: Vec<_> = sources.filter(|path| !read(path).starts_with("//! ")).collect();
    assert_none(&problems);
}

#[test]
fn no_file_grows_past_its_noun() {
    let is_long = |path: &String| path.ends_with(".rs") && read(path).lines().count() > MOST_LINES;
    let problems: Vec<_> = files("src").into_iter().filter(is_long).collect();
    assert_none(&problems);
}

#[test]
fn the_papers_stay_short() {
    let limit = |path: &String| match path.as_str() {
        "ARCHITECTURE.md" => Some(150),
        path if path.starts_with("docs/decisions/") => Some(40),
        _ => None,
    };
    let is_long = |path: &String| limit(path).is_some_and(|most| read(path).lines().count() > most);
    let problems: Vec<_> = papers().into_iter().filter(is_long).collect();
    assert_none(&problems);
}

#[test]
fn every_link_leads_somewhere() {
    let mut problems = Vec::new();
    for paper in papers() {
        let text = read(&paper);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() {
                root().join(&paper)
            } else {
                root().join(&paper).parent().unwrap_or(&root()).join(file)
            };
            let found = match fs::read_to_string(&file) {
                Ok(text) => heading.is_empty() || text.lines().any(|line| slug(line).as_deref() == Some(heading)),
                Err(_) => file.is_dir(),
            };
            if !found {
                problems.push(format!("{paper}: {target}"));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_file_that_the_map_names_exists() {
    let map = read("ARCHITECTURE.md");
    let is_file = |word: &&str| {
        let known = [".rs", ".js", ".mjs", ".toml", ".json", ".md", ".sql", "/"];
        known.iter().any(|end| word.ends_with(end)) && !word.contains(['<', '{', '*', ' ']) && !word.starts_with('/')
    };
    let named: Vec<_> = map.split('`').skip(1).step_by(2).filter(is_file).collect();
    assert!(named.len() > 20, "the map names too little: {named:?}");
    let problems: Vec<_> = named.into_iter().filter(|word| !root().join(word).exists()).map(str::to_owned).collect();
    assert_none(&problems);
}

#[test]
fn no_file_names_a_machine() {
    // Written in halves, so that this file does not name them either.
    let paths = [["/wo", "rk/"], ["/ro", "ot/"], ["/tm", "p/"], ["/ho", "me/"]].map(|halves| halves.concat());
    let mut problems = Vec::new();
    for path in files("") {
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        problems.extend(paths.iter().filter(|word| is_absolute_in(&text, word)).map(|word| format!("{path}: {word}")));
    }
    assert_none(&problems);
}

/// Whether the path stands in the text as an absolute one: `./features/x` has something before its slash.
fn is_absolute_in(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_'))
    })
}

#[test]
fn lock_files_name_no_registry_of_ours() {
    for lock in ["package-lock.json", "web/package-lock.json"] {
        assert!(!read(lock).contains("\"resolved\""), "{lock} has download addresses");
    }
    let lock = read("Cargo.lock");
    let other =
        |line: &&str| line.starts_with("source = ") && !line.contains("https://github.com/rust-lang/crates.io-index");
    assert_eq!(lock.lines().find(other), None);
}

#[test]
fn every_actor_is_bound_exported_and_registered() {
    let (deployment, actors) = (read("wrangler.toml"), read("src/objects/mod.rs"));
    let contracts = files("src/objects").into_iter().filter(|path| path.ends_with("/api.rs"));
    let binding = |path: String| {
        let contract = read(&path);
        quoted_after(&contract, "binding: ").chain(quoted_after(&contract, "const BINDING: &'static str = ")).next()
    };
    let mut wanted: Vec<_> = contracts.filter_map(binding).collect();
    wanted.sort();
    let mut bound = Vec::new();
    for line in deployment.lines().filter(|line| line.contains("class_name = ")) {
        bound.extend(quoted_after(line, "{ name = ").next());
        let class = quoted_after(line, "class_name = ").next().unwrap_or_default();
        let exported = format!("\n{class} = {{ type = \"durable-object\", storage = \"sqlite\" }}\n");
        assert!(deployment.contains(&exported), "wrangler.toml does not export {class}");
        assert!(actors.contains(&format!("::{class}>(\"{class}\")")), "src/objects/mod.rs registers no {class}");
    }
    bound.sort();
    assert_eq!(bound, wanted, "left: wrangler.toml; right: the contracts");
}

#[test]
fn nothing_for_tests_is_built_by_default() {
    let manifest = read("Cargo.toml");
    let features = manifest.split("[features]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap_or_default();
    let default = features.lines().find(|line| line.starts_with("default"));
    let clean = |line: &str| !line.contains("fault-injection") && !line.contains("openapi");
    assert!(default.is_none_or(clean), "{default:?}");
    let deployment = read("wrangler.toml");
    let command = quoted_after(&deployment, "command = ").next().unwrap_or_default();
    assert!(command.contains("--release") && !command.contains("--features"), "the deployment builds: {command}");
}

/// A file of Rust, without what is only there for tests.
struct Source {
    path: String,
    /// Its name from the crate's root: `src/db/url.rs` is `db`, `url`, and `src/db/mod.rs` is `db`.
    module: Vec<String>,
    /// The lines with their numbers, without those that are comments.
    lines: Vec<(usize, String)>,
}

impl Source {
    fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }

    fn mentions(&self, words: &[&str]) -> Vec<String> {
        let found = |line: &str| words.iter().any(|word| line.contains(word));
        self.lines.iter().filter(|(_, line)| found(line)).map(|(n, line)| format!("{} {line}", self.at(*n))).collect()
    }

    /// The paths into this crate that the file names, from the root: those of its `use`, and those in its code that start
    /// with `crate`, `super`, or a module of the file. What it declares or passes on (`pub use`) is not among them.
    fn paths(&self) -> BTreeSet<Vec<String>> {
        let (mut named, mut children, mut statement) = (Vec::new(), BTreeSet::new(), None::<String>);
        // What a module inside a file takes from the file is no import.
        for (_, line) in self.lines.iter().filter(|(_, line)| !line.starts_with("    use super::")) {
            let line = line.trim();
            if let Some((_, child)) = line.strip_suffix(';').and_then(|line| line.rsplit_once("mod ")) {
                children.insert(child);
                continue;
            }
            let starts = line.starts_with("use ") || (line.starts_with("pub") && line.contains(" use "));
            if !starts && statement.is_none() {
                let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
                named.extend(words.filter(|word| word.contains("::")).map(str::to_owned));
                continue;
            }
            let whole = statement.take().unwrap_or_default() + line;
            match whole.strip_suffix(';') {
                Some(whole) => whole.strip_prefix("use ").into_iter().for_each(|tree| named.extend(unfolded(tree))),
                None => statement = Some(whole),
            }
        }
        named.iter().filter_map(|path| self.resolved(path, &children)).collect()
    }

    fn resolved(&self, path: &str, children: &BTreeSet<&str>) -> Option<Vec<String>> {
        let mut names = path.split("::").peekable();
        let mut module = match *names.peek()? {
            "crate" => Vec::new(),
            "super" => self.module.clone(),
            child if children.contains(child) => self.module.clone(),
            _ => return None,
        };
        names.next_if_eq(&"crate");
        while names.next_if_eq(&"super").is_some() {
            module.pop();
        }
        module.extend(names.map(str::to_owned));
        Some(module)
    }
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn unfolded(tree: &str) -> Vec<String> {
    let Some((head, group)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let group = group.rsplit_once('}').map_or(group, |(group, _)| group);
    let mut depth = 0;
    let parts = group.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    parts
        .filter(|part| !part.trim().is_empty())
        .flat_map(unfolded)
        .map(|rest| format!("{}{rest}", head.trim()))
        .collect()
}

/// Files that import each other, also by way of others: every group of them, by name.
fn circles(sources: &[Source]) -> Vec<Vec<&str>> {
    let files: BTreeMap<&[String], &str> = sources.iter().map(|source| (&*source.module, &*source.path)).collect();
    // A path leads to the deepest module that there is a file of. What leads no further than the root is a macro's name.
    let file = |path: &[String]| (1..=path.len()).rev().find_map(|length| files.get(&path[..length])).copied();
    let imports = |source: &Source| source.paths().iter().filter_map(|path| file(path)).collect::<BTreeSet<_>>();
    let imports: BTreeMap<&str, _> = sources.iter().map(|source| (&*source.path, imports(source))).collect();
    let reached: BTreeMap<&str, _> = imports.keys().map(|file| (*file, reached(&imports, file))).collect();
    let circle = |file: &&str| reached[file].iter().copied().filter(|other| reached[other].contains(file)).collect();
    let circles: BTreeSet<Vec<&str>> = imports.keys().map(circle).filter(|files: &Vec<_>| files.len() > 1).collect();
    circles.into_iter().collect()
}

/// What `from` imports, and what that imports, and so on.
fn reached<'a>(imports: &BTreeMap<&str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let (mut found, mut waiting) = (BTreeSet::new(), Vec::from_iter(&imports[from]));
    while let Some(file) = waiting.pop() {
        if found.insert(*file) {
            waiting.extend(&imports[file]);
        }
    }
    found
}

/// The Rust files below `folder` that are compiled into the product.
fn sources(folder: &str) -> Vec<Source> {
    let paths: Vec<_> = files(folder).into_iter().filter(|path| path.ends_with(".rs")).collect();
    let for_tests: Vec<String> = paths.iter().flat_map(|path| test_modules(path)).collect();
    let is_product = |path: &&String| !for_tests.iter().any(|module| path.starts_with(module.as_str()));
    let source = |path: &String| {
        let text = read(path);
        // By the house's convention, the tests come last in a file.
        let tests = test_lines(&text).find(|line| line.ends_with('{'));
        let lines = text.lines().zip(1..).take_while(|(line, _)| Some(*line) != tests);
        let lines = lines.filter(|(line, _)| !line.trim_start().starts_with("//"));
        let name = path.trim_start_matches(folder).trim_matches('/').trim_end_matches(".rs");
        let module = name.split('/').filter(|name| !["mod", "lib"].contains(name)).map(str::to_owned).collect();
        Source { path: path.clone(), module, lines: lines.map(|(line, n)| (n, line.to_owned())).collect() }
    };
    paths.iter().filter(is_product).map(source).collect()
}

/// The lines with a `mod` that is there for tests alone.
fn test_lines(text: &str) -> impl Iterator<Item = &str> {
    let is_mark = |line: &str| line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test");
    let pairs = text.lines().zip(text.lines().skip(1));
    pairs.filter(move |(mark, _)| is_mark(mark)).map(|(_, line)| line).filter(|line| line.contains("mod "))
}

/// The files of those modules: each as the path without `.rs`.
fn test_modules(path: &str) -> Vec<String> {
    let text = read(path);
    let folder = match path.rsplit_once('/') {
        Some((folder, "mod.rs" | "lib.rs")) => folder,
        _ => path.trim_end_matches(".rs"),
    };
    let names = test_lines(&text).filter_map(|line| line.rsplit(' ').next()?.strip_suffix(';'));
    names.map(|name| format!("{folder}/{name}")).collect()
}

/// Whether a text in the line starts with a verb of SQL, or the line goes on with one.
fn is_sql(line: &str) -> bool {
    let verbs = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE ", "ALTER ", "DROP ", "WITH ", "BEGIN"];
    verbs.iter().any(|verb| line.contains(&format!("\"{verb}")) || line.trim_start().starts_with(verb))
}

/// Each text in quotes right behind `prefix`.
fn quoted_after(text: &str, prefix: &str) -> impl Iterator<Item = String> {
    let behind = text.split(prefix).skip(1).collect::<Vec<_>>();
    behind
        .into_iter()
        .filter_map(|rest| Some(rest.strip_prefix('"')?.split('"').next()?.to_owned()))
        .collect::<Vec<_>>()
        .into_iter()
}

/// The anchor of a heading, as forges make it.
fn slug(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    Some(kept.map(|c| if c == ' ' { '-' } else { c }).collect())
}

fn papers() -> Vec<String> {
    files("").into_iter().filter(|path| path.ends_with(".md")).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below `folder` that git does not ignore, from the root, in order.
fn files(folder: &str) -> Vec<String> {
    let ignored = read(".gitignore");
    let ignored: Vec<_> = ignored.lines().chain(iter::once("/.git")).collect();
    let is_ignored = |path: &str| {
        ignored.iter().any(|rule| match (rule.strip_prefix('/'), rule.strip_prefix('*')) {
            (Some(rule), _) => path == rule,
            (None, Some(end)) => path.ends_with(end),
            (None, None) => path == *rule || path.ends_with(&format!("/{rule}")),
        })
    };
    let (mut found, mut waiting) = (Vec::new(), vec![root().join(folder)]);
    while let Some(path) = waiting.pop() {
        let name = path.strip_prefix(root()).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
        let name = name.trim_end_matches('/').to_owned();
        if is_ignored(&name) {
            continue;
        }
        match fs::read_dir(&path) {
            Ok(entries) => waiting.extend(entries.flatten().map(|entry| entry.path())),
            Err(_) if path.is_file() => found.push(name),
            Err(_) => {}
        }
    }
    found.sort();
    found
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n  {}\n", problems.join("\n  "));
}
