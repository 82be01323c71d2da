"""Runs WebAssembly under a budget from Python, which has JavaScript engines as packages but no metered WebAssembly.

    pip install quickjs
    python3 metered.py PATH/TO/wasmeter/dist/script/wasmeter.es2015.cjs program.wasm EXPORT ARGUMENT...

calls the export once with each argument.
"""

import json
import sys

from quickjs import Context

# Bytes cross as text, and numbers that may be 64 bits wide as decimal digits.
GLUE = """
function instantiate(hex) {
  const bytes = new Uint8Array(hex.length / 2);
  for (let k = 0; k < bytes.length; k++) bytes[k] = parseInt(hex.substr(2 * k, 2), 16);
  const engine = new wasmeter.Engine();
  const store = new wasmeter.Store(engine, { limits: { totalBytes: 16 * 1024 * 1024 } });
  const instance = new wasmeter.Linker(engine).instantiate(store, new wasmeter.Module(engine, bytes));
  return function (name, args, fuel) {
    const before = store.fuelConsumed;
    const outcome = {};
    try {
      outcome.result = String(instance.call(name, JSON.parse(args), { fuel: BigInt(fuel) }));
    } catch (error) {
      outcome.error = wasmeter.errorKind(error) || String(error);
    }
    outcome.fuel = String(store.fuelConsumed - before);
    return JSON.stringify(outcome);
  };
}
"""


class Metered:
    """An instance of a module without imports."""

    def __init__(self, engine: str, wasm: bytes):
        context = Context()
        context.eval(engine)
        context.eval(GLUE)
        self._context = context
        context.eval(f'var call = instantiate("{wasm.hex()}")')

    def call(self, name: str, *args: int, fuel: int) -> tuple[int, int]:
        """The result of an export, and the fuel that it took. Raises RuntimeError with what ended the call."""
        call = self._context.get("call")
        outcome = json.loads(call(name, json.dumps(args), str(fuel)))
        if "error" in outcome:
            raise RuntimeError(f"{outcome['error']} after {outcome['fuel']}")
        return int(outcome["result"]), int(outcome["fuel"])


def main(script: str, path: str, export: str, *arguments: str) -> None:
    with open(script, encoding="utf8") as file:
        engine = file.read()
    with open(path, "rb") as file:
        program = Metered(engine, file.read())
    for n in map(int, arguments):
        try:
            result, fuel = program.call(export, n, fuel=1_000_000)
            print(f"{export}({n}) is {result}, for {fuel} instructions")
        except RuntimeError as error:
            print(f"{export}({n}): {error} instructions")


if __name__ == "__main__":
    main(*sys.argv[1:])
