import { serve } from './server.ts';

// A fake edge by hand: `npm run fake -- 8088`. It plays a small show for ever.
const port = Number(process.argv[2] ?? 8088);
const edge = await serve({ port, dist: new URL('../../dist/', import.meta.url).pathname, show: true });
console.log(edge.url);
