// Preloaded into a program (NODE_OPTIONS=--import): while the file FULL_DISK exists its disk has 4 MB left, in all threads.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const flag = process.env['FULL_DISK'];
const { statfsSync } = fs;

Object.assign(fs, {
  /** @param {import('node:fs').PathLike} path */
  statfsSync(path) {
    const found = statfsSync(path);
    return flag !== undefined && fs.existsSync(flag) ? Object.assign(found, { bavail: 1024, bsize: 4096 }) : found;
  },
});
syncBuiltinESMExports();
