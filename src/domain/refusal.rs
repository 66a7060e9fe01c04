//! What holds for every refusal of the product: one of each, as it crosses.

mod tests;
