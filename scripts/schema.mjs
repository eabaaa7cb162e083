/** Writes the JSON Schema of the config, from what `npm run build` made: a test holds it to the source. */
import { mkdir, writeFile } from 'node:fs/promises';
import { format } from 'prettier';

const { configJsonSchema } = await import(new URL('../dist/config/json-schema.js', import.meta.url).href);

await mkdir('schema', { recursive: true });
const text = await format(JSON.stringify(configJsonSchema()), { parser: 'json', printWidth: 110 });
await writeFile('schema/restaple.schema.json', text);
