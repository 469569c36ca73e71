/** The last step of the build: an empty task store beside the program, so that its first start has none to create. */
import { createEmbeddedStore } from './tasks/engine/embedded.ts';
import { makeTemplate } from './tasks/store/embedded/template.ts';

await makeTemplate(createEmbeddedStore);
