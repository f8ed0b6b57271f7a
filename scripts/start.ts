// `npm start`: the whole product with persistent data.
import { resolve } from 'node:path';
import { runProduct } from '#launcher/product.ts';

await runProduct({ dataDir: resolve(process.env.RINGLEADER_DATA_DIR || '.ringleader/data') });
