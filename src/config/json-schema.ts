/** The JSON Schema of the config, for editors: from the same schema by which it is read. */
import { z } from 'zod';
import { configSchema } from './schema.ts';

/** Where the files of published packages are served. Old configs go on working, so the newest schema is the right one. */
const SCHEMA_ID = 'https://unpkg.com/restaple/schema/restaple.schema.json';

export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-7',
    // Its own default and examples are of what is read, not of what is written.
    override: ({ jsonSchema }) => {
      const { sample, absent } = jsonSchema;
      delete jsonSchema['sample'];
      delete jsonSchema['absent'];
      if (absent !== undefined) Object.assign(jsonSchema, { default: absent });
      if (sample !== undefined) Object.assign(jsonSchema, { examples: [sample] });
    },
  });
  return { $schema, $id: SCHEMA_ID, title: 'The config file of restaple run', ...rest };
}
