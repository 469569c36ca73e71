// Starts the database thread from source: Node 20 strips no types, and `--import tsx` has no effect on a thread's own file.
import { tsImport } from 'tsx/esm/api';

await tsImport('./pglite.worker.ts', import.meta.url);
