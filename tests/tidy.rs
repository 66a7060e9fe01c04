//! The rules of this repository that no compiler checks, read off its files: which layer may know which, what must not
//! be in the Worker, where SQL lives, how long a paper is, and that what the papers and the configuration name exists.
//!
//! A rule that has to bend gets its exception here, with the reason beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, iter};

/// The layers, lowest first; each knows those below it.
const LAYERS: [&str; 4] = ["domain", "db", "objects", "router"];

/// What belongs to the platform.
const PLATFORM: [&str; 4] = ["worker::", "js_sys", "wasm_bindgen", "web_sys"];

/// The only file of `src/db` that touches the platform.
const DB_PLATFORM: [&str; 1] = ["src/db/edge.rs"];

/// What would end the wasm instance, and every event in flight with it.
const PANICS: [&str; 7] =
    [".unwrap()", ".expect(", "panic!(", "unimplemented!(", "todo!(", "unreachable!(", "assert!("];

/// A file past this many lines hides a noun that wants its own.
const MOST_LINES: usize = 400;

#[test]
fn the_layers_depend_one_way() {
    let mut problems = Vec::new();
    for source in sources("src") {
        let Some(own) = source.layer() else { continue };
        for name in crate_paths(&source.code) {
            if LAYERS.iter().position(|layer| *layer == name).is_some_and(|other| other > own) {
                problems.push(format!("{} knows {name}", source.path));
            }
        }
        // Modules inside of the file may climb as far as they are deep.
        let inside = source.code.lines().filter(|line| line.contains("mod ") && line.ends_with('{')).count();
        let depth = inside + source.path.split('/').filter(|part| *part != "mod.rs").count() - 1;
        if source.code.contains(&"super::".repeat(depth)) {
            problems.push(format!("{} climbs out of its layer; write crate::", source.path));
        }
    }
    assert_none(&problems);
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
fn nothing_in_the_worker_panics() {
    let problems = sources("src").iter().flat_map(|source| source.mentions(&PANICS)).collect::<Vec<_>>();
    assert_none(&problems);
}

#[test]
fn sql_stays_where_it_belongs() {
    let mut problems = Vec::new();
    for source in sources("src") {
        let file = source.path.rsplit('/').next().unwrap_or_default();
        let of_an_actor = source.path.starts_with("src/objects/") && ["store.rs", "query.rs"].contains(&file);
        if source.path.starts_with("src/db/") || of_an_actor {
            continue;
        }
        for text in source.texts.iter().filter(|text| is_sql(text)) {
            problems.push(format!("{}: {:?}", source.path, text.chars().take(60).collect::<String>()));
        }
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
fn every_actor_is_bound_migrated_and_registered() {
    let (deployment, actors) = (read("wrangler.toml"), read("src/objects/mod.rs"));
    let contracts = files("src/objects").into_iter().filter(|path| path.ends_with("/api.rs"));
    let mut wanted: Vec<_> = contracts.filter_map(|path| quoted_after(&read(&path), "binding: ").next()).collect();
    wanted.sort();
    let mut bound = Vec::new();
    for section in deployment.split("[[durable_objects.bindings]]").skip(1) {
        let section = section.split("\n[").next().unwrap_or_default();
        bound.extend(quoted_after(section, "\nname = ").next());
        let class = quoted_after(section, "class_name = ").next().unwrap_or_default();
        let migrated =
            deployment.split("new_sqlite_classes").skip(1).any(|list| list.contains(&format!("\"{class}\"")));
        assert!(migrated, "{class} is in no migration of wrangler.toml");
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
    /// The code, without comments and texts.
    code: String,
    /// The texts in the code.
    texts: Vec<String>,
}

impl Source {
    fn layer(&self) -> Option<usize> {
        LAYERS.iter().position(|layer| self.path.starts_with(&format!("src/{layer}/")))
    }

    fn mentions(&self, words: &[&str]) -> Vec<String> {
        let found = |line: &str| words.iter().find(|word| line.contains(**word)).map(|word| (*word).to_owned());
        let lines = self.code.lines().enumerate();
        lines.filter_map(|(n, line)| Some(format!("{}:{}: {}", self.path, n + 1, found(line)?))).collect()
    }
}

/// The Rust files below `folder` that are compiled into the product.
fn sources(folder: &str) -> Vec<Source> {
    let paths: Vec<_> = files(folder).into_iter().filter(|path| path.ends_with(".rs")).collect();
    let for_tests: Vec<String> = paths.iter().flat_map(|path| test_modules(path)).collect();
    let is_product = |path: &&String| !for_tests.iter().any(|module| path.starts_with(module.as_str()));
    let source = |path: &String| {
        let text = read(path);
        let product = match test_lines(&text).find(|line| line.ends_with('{')) {
            // By the house's convention, the tests come last in a file.
            Some(line) => text.split(line).next().unwrap_or_default(),
            None => &text,
        };
        let (code, texts) = lex(product);
        Source { path: path.clone(), code, texts }
    };
    paths.iter().filter(is_product).map(source).collect()
}

/// The lines with a `mod` that is there for tests, or for faults on demand, alone.
fn test_lines(text: &str) -> impl Iterator<Item = &str> {
    let is_mark = |line: &str| {
        ["#[cfg(test)]", "#[cfg(all(test", "#[cfg(feature = \"fault-injection\")]"]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
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

/// The code without comments and texts, and the texts.
fn lex(text: &str) -> (String, Vec<String>) {
    let chars: Vec<char> = text.chars().collect();
    let (mut code, mut texts, mut at) = (String::new(), Vec::new(), 0);
    while let Some(rest) = chars.get(at..).filter(|rest| !rest.is_empty()) {
        let starts = |word: &str| rest.iter().copied().zip(word.chars()).filter(|(a, b)| a == b).count() == word.len();
        let until = |word: &str, from: usize| {
            let word: Vec<char> = word.chars().collect();
            let found = rest.windows(word.len()).skip(from).position(|window| window == word);
            found.map_or(rest.len(), |position| from + position + word.len())
        };
        let hashes = rest.iter().skip(1).take_while(|c| **c == '#').count();
        let is_raw = rest[0] == 'r'
            && rest.get(1 + hashes) == Some(&'"')
            && !code.ends_with(|c: char| c.is_alphanumeric() && c != 'b');
        let length = if starts("//") {
            until("\n", 0) - 1
        } else if starts("/*") {
            until("*/", 2)
        } else if is_raw {
            until(&format!("\"{}", "#".repeat(hashes)), hashes + 2)
        } else if rest[0] == '"' {
            let mut escaped = false;
            let end = |c: &char| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            };
            2 + rest.iter().skip(1).position(end).unwrap_or(rest.len())
        } else if rest[0] == '\'' && rest.get(1) == Some(&'\\') {
            until("'", 3)
        } else if rest[0] == '\'' && rest.get(2) == Some(&'\'') {
            3
        } else {
            0
        };
        if length == 0 {
            code.push(rest[0]);
            at += 1;
            continue;
        }
        let taken: String = rest.iter().take(length).collect();
        code.extend(taken.chars().filter(|c| *c == '\n'));
        if is_raw || rest[0] == '"' {
            texts.push(taken.trim_matches(['r', '#', '"']).trim().to_owned());
        }
        at += length;
    }
    (code, texts)
}

/// The modules of this crate that the code names: what follows `crate::`, also inside braces.
fn crate_paths(code: &str) -> BTreeSet<String> {
    let name = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(name(rest));
            continue;
        };
        let mut depth = 0;
        let group: String = group
            .chars()
            .take_while(|c| {
                depth += i32::from(*c == '{') - i32::from(*c == '}');
                depth >= 0
            })
            .collect();
        names.extend(group.split(',').map(name));
    }
    names
}

fn is_sql(text: &str) -> bool {
    let verbs = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE ", "ALTER ", "DROP ", "WITH ", "BEGIN"];
    verbs.iter().any(|verb| text.starts_with(verb))
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
