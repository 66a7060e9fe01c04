// Node has no `cloudflare:` modules. The wasm tests link the whole Worker, which imports one, and call nothing of it.
const Module = require("node:module");

const load = Module._load;
Module._load = function (name, ...rest) {
  if (!name.startsWith("cloudflare:")) return load.call(this, name, ...rest);
  const absent = () => {
    throw new Error(`${name} is not to be had outside a Worker`);
  };
  return new Proxy({}, { get: () => absent });
};
