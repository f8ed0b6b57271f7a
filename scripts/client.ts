// `npm run client`: writes the dashboard's typed client anew from the API's own OpenAPI document.
import { writeFileSync } from 'node:fs';
import { CLIENT_FILE, generateClient } from '#launcher/client.ts';

writeFileSync(CLIENT_FILE, await generateClient());
console.log('dashboard/client/generated.ts is as the API is');
