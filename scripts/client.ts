// `npm run client`: generates the dashboard's typed client from the API's OpenAPI document.
import { writeFileSync } from 'node:fs';
import { CLIENT_FILE, generateClient } from '#launcher/client.ts';

writeFileSync(CLIENT_FILE, await generateClient());
console.log('dashboard/client/generated.ts matches the API');
