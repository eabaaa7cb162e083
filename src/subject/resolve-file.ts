/** `path.resolve` for many files, most of which lie in the directory of the one before. */
import { resolve } from 'node:path';

/** @returns what gives the absolute path of a file, as `resolve` does. */
export function fileResolver(): (path: string) => string {
  let directory = '';
  let resolved = '';
  return (path) => {
    const at = path.lastIndexOf('/') + 1;
    const name = path.slice(at);
    if (at === 0 || name === '' || name === '.' || name === '..') return resolve(path);
    if (directory.length !== at || !path.startsWith(directory)) {
      directory = path.slice(0, at);
      resolved = resolve(directory, 'a').slice(0, -1);
    }
    return resolved + name;
  };
}
