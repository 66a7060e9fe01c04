//! Writes the API's description: `cargo run --features openapi --example openapi > docs/openapi.json`.

fn main() -> Result<(), serde_json::Error> {
    print!("{}", cepatedge::openapi::written()?);
    Ok(())
}
