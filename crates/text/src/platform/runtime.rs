//! The JavaScript runtime's answers; `text.js` has the functions and says what each is.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = cepatedge_text_fold)]
    pub(crate) fn fold(text: &str) -> String;

    #[wasm_bindgen(js_name = cepatedge_text_words)]
    pub(crate) fn words(text: &str) -> String;

    #[wasm_bindgen(js_name = cepatedge_text_visible)]
    pub(crate) fn visible(text: &str) -> bool;

    #[wasm_bindgen(js_name = cepatedge_text_kinds)]
    pub(crate) fn kinds(text: &str) -> String;

    #[wasm_bindgen(js_name = cepatedge_text_letters)]
    pub(crate) fn letters(text: &str) -> String;
}
