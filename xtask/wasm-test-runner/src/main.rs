//! wasm-bindgen's own test runner, taken as a library: Cargo.lock then holds it to the version of the crate, and nothing
//! is installed by hand. A separate package, since its dependencies would double the compile time of `cargo xtask`.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
