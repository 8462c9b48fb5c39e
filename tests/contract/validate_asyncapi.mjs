// Validates an AsyncAPI document with the official parser: node validate_asyncapi.mjs FILE
// Prints its diagnostics as JSON: [{severity, code, message, path}], severity 0 being an error, 1 a warning.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const text = await readFile(process.argv[2], "utf-8");
const { document, diagnostics } = await new Parser().parse(text);
const shown = diagnostics.map(({ severity, code, message, path }) => ({ severity, code, message, path: path.join(".") }));
console.log(JSON.stringify({ parsed: document !== undefined, diagnostics: shown }));
